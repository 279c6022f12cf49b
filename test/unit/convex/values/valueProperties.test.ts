import fc, { type Arbitrary } from 'fast-check';
import { jsonToConvex, type JSONValue } from 'convex/values';
import { encodeArguments } from '../../../../nodes/Convex/convex/values/encodeArguments';
import {
	formatFunctionPath,
	parseFunctionPath,
} from '../../../../nodes/Convex/convex/functions/functionPath';
import type { FieldValidator, Validator } from '../../../../nodes/Convex/convex/values/validator';
import { fitsAsItIs } from '../../../../nodes/Convex/convex/values/validatorConversion';
import {
	arrayOf,
	convertValue,
	idOf,
	literal,
	objectOf,
	optional,
	recordOf,
	unionOf,
} from './validators';

/** What must hold for every value; the same values in each run. */
const RUNS = { seed: 20260131, numRuns: 300 };

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const float = fc.oneof(
	{ weight: 4, arbitrary: fc.double() },
	{ weight: 4, arbitrary: fc.integer() },
	fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const text = fc.string({ unit: 'binary', maxLength: 10 });
const bytes = fc.uint8Array({ maxLength: 10 });

/** `convex/values` itself loses a field called `__proto__` when it decodes. */
const fieldName = fc
	.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 10 })
	.filter((name) => /^[^$]/.test(name) && name !== '__proto__');

const convexValue: Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4, withCrossShrink: true },
		fc.constant(null),
		fc.boolean(),
		float,
		int64,
		text,
		bytes,
		fc.array(tie('value'), { maxLength: 4 }),
		objectsOf(fieldName, tie('value')),
	),
})).value;

function objectsOf<Value>(names: Arbitrary<string>, values: Arbitrary<Value>) {
	return fc.dictionary(names, values, { maxKeys: 4, noNullPrototype: true });
}

/** jest compares no bytes in an ArrayBuffer, which is how Convex decodes them. */
const withBytes = (value: unknown): unknown => {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	if (Array.isArray(value)) return value.map(withBytes);
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, field]: [string, unknown]) => [name, withBytes(field)]),
	);
};

/** What the deployment decodes from the text of a request. */
const received = (args: Record<string, unknown>): unknown => {
	const json: JSONValue = JSON.parse(JSON.stringify(encodeArguments("'Arguments'", args)));
	return withBytes(jsonToConvex(json));
};

describe('every value of Convex', () => {
	it('arrives as it was', () => {
		fc.assert(
			fc.property(objectsOf(fieldName, convexValue), (args) => {
				expect(received(args)).toStrictEqual(args);
			}),
			RUNS,
		);
	});
});

interface Typed {
	validator: Validator;
	value: unknown;
}

const typed = (validator: Validator, values: Arbitrary<unknown>): Arbitrary<Typed> =>
	values.map((value) => ({ validator, value }));

const literalValue = fc.oneof(fc.string(), fc.integer(), fc.boolean(), int64);
const documentId = fc.stringMatching(/^[0-9a-z]{31,32}$/);
/** Text as people enter it, which a document ID in the same union leaves alone too. */
const simpleName = fc.stringMatching(/^[a-z]{1,6}$/);

const simple: Arbitrary<Typed> = fc.oneof(
	typed({ type: 'any' }, convexValue),
	typed({ type: 'null' }, fc.constant(null)),
	typed({ type: 'string' }, text),
	typed({ type: 'number' }, float),
	typed({ type: 'boolean' }, fc.boolean()),
	typed({ type: 'int64' }, int64),
	typed({ type: 'bytes' }, bytes),
	typed(idOf('tasks'), documentId),
	literalValue.map((value) => ({ validator: literal(value), value })),
);

/** A validator, and a value that was made for it. */
const typedValue: Arbitrary<Typed> = fc.letrec<{ typed: Typed }>((tie) => ({
	typed: fc.oneof(
		{ maxDepth: 3 },
		simple,
		// All elements are the same value, as they have to be of the same type.
		fc.tuple(tie('typed'), fc.nat({ max: 3 })).map(([{ validator, value }, length]) => ({
			validator: arrayOf(validator),
			value: Array.from({ length }, () => value),
		})),
		fc
			.tuple(tie('typed'), fc.uniqueArray(simpleName, { maxLength: 3 }))
			.map(([{ validator, value }, names]) => ({
				validator: recordOf({ type: 'string' }, validator),
				value: Object.fromEntries(names.map((name) => [name, value])),
			})),
		objectsOf(simpleName, fc.tuple(tie('typed'), fc.constantFrom('required', 'there', 'left out')))
			.map((fields) => Object.entries(fields))
			.map((fields) => ({
				validator: objectOf(
					Object.fromEntries(
						fields.map(
							([name, [{ validator }, presence]]): [string, Validator | FieldValidator] => [
								name,
								presence === 'required' ? validator : optional(validator),
							],
						),
					),
				),
				value: Object.fromEntries(
					fields
						.filter(([, [, presence]]) => presence !== 'left out')
						.map(([name, [{ value }]]) => [name, value]),
				),
			})),
		fc
			.tuple(fc.array(tie('typed'), { minLength: 1, maxLength: 4 }), fc.nat())
			.map(([members, chosen]) => ({
				validator: unionOf(...members.map(({ validator }) => validator)),
				value: members[chosen % members.length]?.value,
			})),
	),
})).typed;

describe('a value of the type that a function wants', () => {
	it('fits, and no conversion changes it', () => {
		fc.assert(
			fc.property(typedValue, ({ validator, value }) => {
				expect(fitsAsItIs(validator, value)).toBe(true);
				expect(convertValue(validator, value, () => undefined)).toEqual(value);
			}),
			RUNS,
		);
	});
});

describe('a value that has to be converted', () => {
	/** What a form, a spreadsheet or JSON makes of the value of a type. */
	const written: Arbitrary<Typed & { raw: unknown }> = fc.oneof(
		int64.map((value) => ({ validator: { type: 'int64' } as const, value, raw: String(value) })),
		fc
			.double({ noNaN: true })
			.filter((value) => !Object.is(value, -0))
			.map((value) => ({ validator: { type: 'number' } as const, value, raw: String(value) })),
		fc
			.boolean()
			.map((value) => ({ validator: { type: 'boolean' } as const, value, raw: String(value) })),
		// No text says that there are no bytes: a cell without a value is empty too.
		fc.uint8Array({ minLength: 1, maxLength: 10 }).map((value) => ({
			validator: { type: 'bytes' } as const,
			value: Buffer.from(value),
			raw: Buffer.from(value).toString('base64'),
		})),
	);

	it('is the same wherever it stands: in a union, a list, a record, an object or JSON text', () => {
		fc.assert(
			fc.property(written, fc.nat({ max: 5 }), ({ validator, value, raw }, depth) => {
				let [outer, given, wanted]: [Validator, unknown, unknown] = [validator, raw, value];
				for (let level = 0; level < depth; level++) {
					outer = unionOf(
						{ type: 'null' },
						arrayOf(recordOf({ type: 'string' }, outer)),
						objectOf({ nested: outer, nothing: optional({ type: 'number' }) }),
					);
					[given, wanted] =
						level % 2 === 0
							? [{ nested: given, nothing: level % 4 === 0 ? null : '' }, { nested: wanted }]
							: [[{ a: given }], [{ a: wanted }]];
				}
				const convert = (json: unknown) => convertValue(outer, json, () => undefined);
				expect(convert(given)).toEqual(wanted);
				if (depth > 0) expect(convert(JSON.stringify(given))).toEqual(wanted);
			}),
			RUNS,
		);
	});
});

const folderName = fc
	.stringMatching(/^[A-Za-z0-9_.]{1,64}$/)
	.filter((name) => /[A-Za-z0-9]/.test(name));
const fileName = fc.stringMatching(/^\w{1,64}$/).filter((name) => /[A-Za-z0-9]/.test(name));
const functionName = fc
	.stringMatching(/^[A-Za-z_]\w{0,63}$/)
	.filter((name) => /[A-Za-z0-9]/.test(name));

/** A folder called `convex` may stand anywhere but first, where people write it by habit. */
const functionPath = fc
	.record({
		folders: fc
			.array(fc.oneof(folderName, fc.constantFrom('api', 'internal', 'convex')), { maxLength: 3 })
			.filter(([first]) => first !== 'convex'),
		file: fc.oneof(fileName, fc.constantFrom('api', 'internal', 'convex', 'ts')),
		name: functionName,
	})
	.map(({ folders, file, name }) => ({ module: [...folders, file].join('/'), name }));

describe('a function path', () => {
	it('is understood as it is written for Convex', () => {
		fc.assert(
			fc.property(functionPath, (path) => {
				expect(parseFunctionPath(formatFunctionPath(path))).toEqual(path);
			}),
			RUNS,
		);
	});
});
