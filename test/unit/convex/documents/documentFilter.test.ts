import { UNSET_PLACEHOLDER } from '../../../../emulator/data/unsetPlaceholder';
import {
	CREATION_TIME_INDEX,
	encodeQuery,
	UNSET,
	type DocumentFilter,
	type FilterOperator,
} from '../../../../nodes/Convex/convex/documents/documentFilter';

const filter = (
	field: string,
	operator: FilterOperator,
	value: string | number,
): DocumentFilter => ({
	field,
	operator,
	value,
});

const BY_STATUS_AND_DUE = { name: 'by_status', fields: ['status', 'due'] };

function queryOf(filters: DocumentFilter[], index = BY_STATUS_AND_DUE) {
	const { text, filters: rest } = encodeQuery({ filters, order: 'asc', index });
	return { ...JSON.parse(Buffer.from(text, 'base64').toString('utf8')), rest };
}

describe('a query of documents', () => {
	it('travels with every character that a value may have', () => {
		const { clauses, order, index } = queryOf([filter('title', 'eq', 'Zoë 🦊 {"$x":1}')]);
		expect(clauses).toEqual([
			{ field: 'title', op: 'eq', value: 'Zoë 🦊 {"$x":1}', enabled: true },
		]);
		expect([order, index]).toEqual(['asc', { name: 'by_status', clauses: [] }]);
	});

	it('finds a document of an ID by the index for these where types are compared too', () => {
		const { clauses, index } = queryOf([
			filter('title', 'type', 'number'),
			filter('_id', 'eq', 'x'),
		]);
		expect(index).toEqual({
			name: 'by_id',
			clauses: [{ type: 'indexEq', enabled: true, value: 'x' }],
		});
		expect(clauses).toEqual([{ field: 'title', op: 'type', value: 'number', enabled: true }]);
	});

	it('leaves to the index what its first fields equal, and a range of the next one', () => {
		const { clauses, index } = queryOf([
			filter('due', 'lt', 9),
			filter('title', 'neq', 'x'),
			filter('status', 'eq', 'open'),
			filter('due', 'gte', 1),
		]);
		expect(index.clauses).toEqual([
			{ type: 'indexEq', enabled: true, value: 'open' },
			{
				type: 'indexRange',
				enabled: true,
				lowerOp: 'gte',
				lowerValue: 1,
				upperOp: 'lt',
				upperValue: 9,
			},
		]);
		expect(clauses).toEqual([{ field: 'title', op: 'neq', value: 'x', enabled: true }]);
	});

	it('leaves nothing to the index behind a field that no filter is on', () => {
		const { clauses, index } = queryOf([filter('due', 'eq', 1)]);
		expect([index.clauses, clauses.length]).toEqual([[], 1]);
	});

	it('leaves nothing to the index behind a range', () => {
		const { clauses, index } = queryOf([filter('status', 'gt', 'a'), filter('due', 'eq', 1)]);
		expect([index.clauses.length, clauses]).toEqual([
			1,
			[{ field: 'due', op: 'eq', value: 1, enabled: true }],
		]);
	});

	it('keeps a second filter of a kind on the same field, which the index has no place for', () => {
		const { clauses, index } = queryOf([filter('status', 'eq', 'a'), filter('status', 'eq', 'b')]);
		expect(index.clauses).toEqual([{ type: 'indexEq', enabled: true, value: 'a' }]);
		expect(clauses).toEqual([{ field: 'status', op: 'eq', value: 'b', enabled: true }]);
	});

	it('finds documents by their creation time without an index of the schema', () => {
		const { clauses, index } = queryOf(
			[filter('_creationTime', 'gt', 5)],
			CREATION_TIME_INDEX as never,
		);
		expect(clauses).toEqual([]);
		expect(index).toEqual({
			name: 'by_creation_time',
			clauses: [{ type: 'indexRange', enabled: true, lowerOp: 'gt', lowerValue: 5 }],
		});
	});

	it('has the text of Convex for a field that is not set', () => {
		expect(UNSET).toBe(UNSET_PLACEHOLDER);
	});
});
