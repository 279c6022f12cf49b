import type { IDataObject } from 'n8n-workflow';
import { tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** Filters of Get Many on fields of which the schema does not say the type. */
const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const DAY = 24 * 60 * 60 * 1000;

/** A field that is `v.any()`, and a table without a schema. */
const TABLES = ['boards', 'loose'];

const find = async (table: string, filter: IDataObject[], input: IDataObject[] = [{}]) => {
	const { success, stoppedBy } = await convex.run({
		parameters: {
			resource: 'document',
			operation: 'getMany',
			table: { __rl: true, mode: 'name', value: table },
			returnAll: true,
			order: 'asc',
			filters: { filter: filter as never },
		},
		input,
	});
	return { names: success.map(({ json }) => json.name), stoppedBy };
};

const addAges = async (table: string) => {
	const days = (count: number) => Date.now() - count * DAY;
	await tables.add(
		table,
		{ name: 'old', value: days(3) },
		{ name: 'new', value: days(0) },
		{ name: 'oldInside', value: { at: days(3) } },
		{ name: 'newInside', value: { at: days(0) } },
	);
};

describe.each(TABLES)('a date that an expression gives, as a filter on %s', (table) => {
	it.each<[string, string, string, string[]]>([
		['value', 'lessThan', '={{ $now.minus({ days: 1 }) }}', ['old']],
		['value', 'lessThanOrEqual', '={{ $today.minus({ days: 1 }) }}', ['old']],
		['value', 'lessThan', '={{ new Date(Date.now() - 86400000) }}', ['old']],
		['value', 'greaterThan', '={{ $now.minus({ days: 1 }) }}', ['new', 'oldInside', 'newInside']],
		['value.at', 'greaterThan', '={{ $now.minus({ days: 1 }) }}', ['newInside']],
	])('is milliseconds: %s %s %s', async (field, operator, value, expected) => {
		await addAges(table);
		const { names, stoppedBy } = await find(table, [{ field, operator, value }]);
		expect([stoppedBy, names]).toEqual([undefined, expected]);
	});

	it('is milliseconds in each filter, for each item, and where equality counts', async () => {
		const value = 1_700_000_000_000;
		await tables.add(table, { name: 'a', value }, { name: 'b', value: value + DAY });
		const filters = [
			{ field: 'name', operator: 'equals', value: '={{ $json.name }}' },
			{ field: 'value', operator: 'lessThan', value: '={{ $json.at.toDateTime().plus(1) }}' },
		];
		const at = new Date(value).toISOString();
		const { names } = await find(
			table,
			filters,
			['a', 'b'].map((name) => ({ name, at })),
		);
		expect(names).toEqual(['a']);
		const date = `={{ new Date(${value}).toISOString().toDateTime() }}`;
		expect(
			(await find(table, [{ field: 'value', operator: 'equals', value: date }])).names,
		).toEqual(['a']);
		const list = `={{ [$now, new Date(${value})] }}`;
		expect((await find(table, [{ field: 'value', operator: 'oneOf', value: list }])).names).toEqual(
			['a'],
		);
	});
});

describe.each(TABLES)('a text, as a filter on %s', (table) => {
	it.each([
		['2026-11-01', 'a date', "'Date'"],
		['={{ $now.toISO() }}', 'a date', "'Date'"],
		['5', 'a number', "'Number'"],
		['={{ "1700000000000" }}', 'a number', "'Number'"],
	])('is refused where order counts and it reads like %s, %s', async (value, meant, type) => {
		await tables.add(table, { name: 'number', value: 7 });
		const { stoppedBy } = await find(table, [{ field: 'value', operator: 'lessThan', value }]);
		expect(stoppedBy?.message).toContain(`and nothing says whether this is ${meant} or text`);
		expect(stoppedBy?.description).toContain(`${type} if the field holds numbers`);
	});

	it('is compared as text where it is nothing else', async () => {
		await tables.add(table, { name: 'text', value: 'a' });
		const filter = { field: 'value', operator: 'lessThan', value: '={{ "b" + $now.toISO() }}' };
		expect((await find(table, [filter])).names).toEqual(['text']);
	});

	it('is compared in the type that is chosen, and as text where equality counts', async () => {
		await tables.add(table, { name: 'text', value: '2026-11-01' }, { name: 'number', value: 7 });
		const namesOf = async (filter: IDataObject) =>
			(await find(table, [{ field: 'value', ...filter }])).names;
		const value = '2026-12-01';
		expect(await namesOf({ operator: 'lessThan', type: 'string', value })).toEqual([
			'text',
			'number',
		]);
		expect(await namesOf({ operator: 'lessThan', type: 'date', value })).toEqual(['number']);
		expect(await namesOf({ operator: 'greaterThan', type: 'number', value: '5' })).toEqual([
			'text',
			'number',
		]);
		expect(await namesOf({ operator: 'equals', value: '2026-11-01' })).toEqual(['text']);
		expect(await namesOf({ operator: 'oneOf', value: '["2026-11-01"]' })).toEqual(['text']);
	});
});
