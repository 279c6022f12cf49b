import type { JSONValue } from 'convex/values';
import { inputFailure } from '../failure';
import { encodeArguments, type EncodedArguments } from '../values/encodeArguments';
import { encodedSize, inMebibytes, MEBIBYTE } from '../values/encodedSize';
import { describeType, isPlainObject } from '../values/plainObject';
import { placeIn, type Step } from '../values/conversion';
import { quote } from '../values/quote';

/** Of a document: `MAX_USER_SIZE` and `MAX_DOCUMENT_NESTING` of convex-backend crates/common/src/document.rs. */
const MAX_DOCUMENT_BYTES = MEBIBYTE;
const MAX_DOCUMENT_NESTING = 16;

/** What `_id` and `_creationTime`, which Convex adds, take of a document's size. */
const SYSTEM_FIELDS_BYTES =
	encodedSize({ _id: 'x'.repeat(32), _creationTime: 0 }) - encodedSize({});

/**
 * Encodes the fields of a document, with all that Convex refuses in one and not in arguments.
 *
 * @param source where the fields come from, for error sentences, e.g. "'Fields'"
 * @throws ConvexFailure (`input`) naming the source and the field
 */
export function encodeDocument(source: string, document: unknown): EncodedArguments {
	if (!isPlainObject(document)) {
		throw inputFailure(
			`${source} is ${describeType(document)}, not an object`,
			'A document is one object with fields, e.g. {"name": "Ada", "age": 36}.',
		);
	}
	checkFieldNames(source, document);
	const encoded = encodeArguments(source, document);
	checkNesting(source, encoded);
	checkPrototypeFields(source, encoded);
	checkSize(source, encoded);
	return encoded;
}

/** @throws ConvexFailure (`input`) naming a field that only Convex may set */
export function checkFieldNames(source: string, document: Record<string, unknown>): void {
	const name = Object.keys(document).find((each) => each.startsWith('_'));
	if (name === undefined) return;
	throw inputFailure(
		`${source}: ${quote(name)} has a name that starts with '_'`,
		'Convex reserves such names for fields of its own, such as _id and _creationTime, which nobody else can set. Rename the field, or leave it out.',
	);
}

/** The document itself is the first level. */
function checkNesting(source: string, document: EncodedArguments): void {
	const steps = stepsBeyond(document, MAX_DOCUMENT_NESTING);
	if (steps === undefined) return;
	throw inputFailure(
		`${placeIn(source, steps.slice(0, 1))} is nested more than ${MAX_DOCUMENT_NESTING} levels deep`,
		'Convex counts the document itself as the first level. Give flatter data, or one long text.',
	);
}

/**
 * The way to something that is nested more deeply than so many levels, if there is any. What was
 * encoded is nested 64 levels at most.
 */
function stepsBeyond(value: JSONValue | undefined, levels: number): Step[] | undefined {
	if (typeof value !== 'object' || value === null || isSpecial(value)) return undefined;
	if (levels === 0) return [];
	for (const [name, part] of Object.entries(value)) {
		const steps = stepsBeyond(part, levels - 1);
		if (steps !== undefined) return [Array.isArray(value) ? Number(name) : name, ...steps];
	}
	return undefined;
}

/**
 * Convex's functions, those that write documents among them, take a field called `__proto__` for the
 * prototype of its object, and so lose it (convex-js src/values/value.ts `jsonToConvex`).
 */
function checkPrototypeFields(source: string, document: EncodedArguments): void {
	const steps = stepsToPrototypeField(document);
	if (steps === undefined) return;
	throw inputFailure(
		`${placeIn(source, steps)} has a field called '__proto__', which Convex's functions lose`,
		'Rename the field, or leave it out.',
	);
}

/** The way to an object that has one, if there is any. */
function stepsToPrototypeField(value: JSONValue | undefined): Step[] | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) return [];
	for (const [name, part] of Object.entries(value)) {
		const steps = stepsToPrototypeField(part);
		if (steps !== undefined) return [Array.isArray(value) ? Number(name) : name, ...steps];
	}
	return undefined;
}

/** Only what is encoded has a field that starts with `$`. */
function isSpecial(value: object): boolean {
	const [name = ''] = Object.keys(value);
	return name.startsWith('$');
}

function checkSize(source: string, document: EncodedArguments): void {
	const bytes = encodedSize(document) + SYSTEM_FIELDS_BYTES;
	if (bytes <= MAX_DOCUMENT_BYTES) return;
	const sizes = Object.entries(document).map(([name, value]) => ({
		name,
		bytes: encodedSize(value),
	}));
	const [largest] = sizes.sort((one, other) => other.bytes - one.bytes);
	const which =
		largest === undefined ? '' : `; ${quote(largest.name)} alone has ${inMebibytes(largest.bytes)}`;
	throw inputFailure(
		`${source} has ${inMebibytes(bytes)}, and a document in Convex 1 MiB at most${which}`,
		'Store a large text or file in Convex file storage, and its ID in the document, or spread the data over several documents.',
		'valueTooLarge',
	);
}
