import { jsonToConvex, type JSONValue } from 'convex/values';
import { inputFailure, type ConvexFailure } from '../failure';
import { placeIn, type Step } from '../values/conversion';
import type { EncodedArguments } from '../values/encodeArguments';

/** Beyond it, JavaScript writes a number with an exponent. */
const MAX_PLAIN_NUMBER = 1e21;

/**
 * Writes a row as Convex's exports have it: a number without a point would be an int64
 * (convex-backend crates/value/src/export.rs `from_clean_lossless`). The types that JSON lacks stay as
 * they are encoded.
 */
export function exportText(value: JSONValue): string {
	if (typeof value === 'number') return floatText(value);
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(exportText).join(',')}]`;
	return objectText(value, (field) => exportText(field));
}

/**
 * Writes a row for an import by key, which takes plain JSON only: there, a name that begins with `$`
 * or `_` is changed, at any depth, also those of Convex's own types (convex-backend
 * crates/application/src/airbyte_import.rs `valid_json`).
 *
 * @param source where the row comes from, for error sentences
 * @throws ConvexFailure (`input`) naming the field with a value or a name that would not survive
 */
export function recordText(source: string, row: EncodedArguments): string {
	const mark = Object.keys(row).find((name) => name.startsWith(MARK_OF_AIRBYTE));
	if (mark !== undefined) throw markOfAirbyte(source, mark);
	return textOfRecord(source, row, []);
}

/**
 * Fields with such names are taken for marks of Airbyte and dropped, and one of them has the document
 * deleted (convex-backend crates/application/src/airbyte_import.rs `CDC_PREFIX`).
 */
const MARK_OF_AIRBYTE = 'source_ab_cdc';

function textOfRecord(source: string, value: JSONValue, place: readonly Step[]): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (Array.isArray(value)) {
		const texts = value.map((element, index) => textOfRecord(source, element, [...place, index]));
		return `[${texts.join(',')}]`;
	}
	if (isEncodedType(value)) return specialText(source, value, place);
	return objectText(value, (field, name) => {
		const inner = [...place, name];
		if (name.startsWith('_')) throw nameNotKept(source, inner);
		return textOfRecord(source, field, inner);
	});
}

function specialText(source: string, value: JSONValue, place: readonly Step[]): string {
	const decoded = jsonToConvex(value);
	if (Object.is(decoded, -0)) return '-0.0';
	const type =
		typeof decoded === 'bigint' ? 'an int64' : typeof decoded === 'number' ? decoded : 'bytes';
	throw inputFailure(
		`${placeIn(source, place)} is ${type}, which an import by key cannot carry`,
		"Leave the field out, send it as another type if the table takes that, or use 'Append' or 'Replace Table', which carry all types. A mutation of your own can upsert such rows, too.",
	);
}

/** Only what is encoded has a field that starts with `$`. */
function isEncodedType(value: object): boolean {
	const [name = ''] = Object.keys(value);
	return name.startsWith('$');
}

function objectText(
	value: Readonly<Record<string, JSONValue | undefined>>,
	write: (field: JSONValue, name: string) => string,
): string {
	const fields = Object.entries(value).flatMap(([name, field]) =>
		field === undefined ? [] : [`${JSON.stringify(name)}:${write(field, name)}`],
	);
	return `{${fields.join(',')}}`;
}

function floatText(value: number): string {
	const isWhole = Number.isInteger(value) && Math.abs(value) < MAX_PLAIN_NUMBER;
	return isWhole ? `${value}.0` : String(value);
}

function markOfAirbyte(source: string, name: string): ConvexFailure {
	return inputFailure(
		`${placeIn(source, [name])} has a name that starts with '${MARK_OF_AIRBYTE}', which an import by key would drop, or take for the mark of a deleted row`,
		"Rename the field or leave it out, or use 'Append' or 'Replace Table'.",
	);
}

function nameNotKept(source: string, place: readonly Step[]): ConvexFailure {
	return inputFailure(
		`${placeIn(source, place)} has a name that starts with '_', which an import by key would change`,
		"Rename the field or leave it out, or use 'Append' or 'Replace Table'.",
	);
}
