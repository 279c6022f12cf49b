import { convertDocument } from '../../../../nodes/Convex/convex/documents/documentConversion';
import {
	UNKNOWN_FIELDS,
	type TableFields,
} from '../../../../nodes/Convex/convex/documents/tableFields';
import type { FieldValidator, Validator } from '../../../../nodes/Convex/convex/values/validator';
import { failureOf } from '../../refusal';
import { literal, objectOf, optional, unionOf } from '../values/validators';

const FIELDS: Record<string, FieldValidator> = {
	title: { validator: { type: 'string' }, optional: false },
	count: optional({ type: 'int64' }),
	note: optional(unionOf({ type: 'string' }, { type: 'null' })),
};

function table(source: TableFields['source']): TableFields {
	const document: Validator = objectOf(FIELDS);
	return { source, document, fields: new Map(Object.entries(FIELDS)) };
}

function convert(
	values: unknown,
	{ source = 'schema' as TableFields['source'], isForm = false, isWhole = true } = {},
) {
	const given = { source: "'Fields'", values, isForm, isWhole };
	return convertDocument(given, table(source), () => undefined);
}

describe('a whole document', () => {
	it('is converted to the schema', () => {
		expect(convert({ title: 'A', count: '42', note: null })).toEqual({
			title: 'A',
			count: { $integer: 'KgAAAAAAAAA=' },
			note: null,
		});
	});

	it('of a table with several kinds of documents is converted to the one that it is', () => {
		const circle = objectOf({
			kind: { validator: literal('circle'), optional: false },
			size: { validator: { type: 'int64' }, optional: false },
		});
		const square = objectOf({
			kind: { validator: literal('square'), optional: false },
			size: { validator: { type: 'number' }, optional: false },
		});
		const shapes: TableFields = { ...table('schema'), document: unionOf(circle, square) };
		const given = { source: "'Fields'", isForm: false, isWhole: true };
		const convertShape = (values: object) =>
			convertDocument({ ...given, values }, shapes, () => undefined);
		expect(convertShape({ kind: 'square', size: '2' })).toEqual({ kind: 'square', size: 2 });
		expect(convertShape({ kind: 'circle', size: '2' })).toEqual({
			kind: 'circle',
			size: { $integer: 'AgAAAAAAAAA=' },
		});
	});
});

describe('what is changed of a document', () => {
	it('lacks nothing, and is converted field by field', () => {
		expect(convert({ count: 1 }, { isWhole: false })).toEqual({
			count: { $integer: 'AQAAAAAAAAA=' },
		});
	});

	it('has null only where the field takes it, unless it comes from a form and is optional', () => {
		expect(convert({ note: null }, { isWhole: false })).toEqual({ note: null });
		expect(convert({ count: null, note: 'a' }, { isWhole: false, isForm: true })).toEqual({
			note: 'a',
		});
		const required = () => convert({ title: null }, { isWhole: false, isForm: true });
		expect(failureOf(required).message).toBe("'Fields': 'title' is null, not text");
		const explicit = () => convert({ count: null }, { isWhole: false });
		expect(failureOf(explicit).message).toBe("'Fields': 'count' is null, not a whole number");
	});

	it('has what the schema requires also where that is not enforced', () => {
		const change = { isWhole: false, isForm: true, source: 'loose' } as const;
		const required = () => convert({ title: null }, change);
		expect(failureOf(required).message).toBe("'Fields': 'title' is null, not text");
		expect(convert({ count: null, note: 'a' }, change)).toEqual({ note: 'a' });
	});

	it('has no field that the table does not take', () => {
		const failure = failureOf(() => convert({ titel: 'A' }, { isWhole: false }));
		expect(failure.message).toBe("'Fields' has 'titel', which the table does not take");
		expect(failure.description).toContain('It takes: title, count, note.');
	});
});

describe.each(['loose', 'documents'] as const)('without an enforced schema (%s)', (source) => {
	it('what is written by hand stays as it is', () => {
		const document = { title: 1, count: 'many', more: { a: 1 } };
		expect(convert(document, { source })).toEqual(document);
	});

	it('the values of a form are converted, and other fields stay as they are', () => {
		expect(convert({ count: '42', more: '42' }, { source, isForm: true })).toEqual({
			count: { $integer: 'KgAAAAAAAAA=' },
			more: '42',
		});
	});
});

it('of a table that nothing is known of, anything is taken', () => {
	const given = { source: "'Fields'", values: { a: 1 }, isForm: true, isWhole: true };
	expect(convertDocument(given, UNKNOWN_FIELDS, () => undefined)).toEqual({ a: 1 });
});

it('a field called like a built-in is a field like any other', () => {
	const values: unknown = JSON.parse('{"constructor":1,"a":{"valueOf":2},"toString":3}');
	const given = { source: "'Fields'", values, isForm: true, isWhole: true };
	const converted = convertDocument(given, table('documents'), () => undefined);
	expect(JSON.stringify(converted)).toBe('{"constructor":1,"a":{"valueOf":2},"toString":3}');
});
