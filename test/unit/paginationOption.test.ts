import { pagination as row } from '../../nodes/Convex/parameters/options/pagination';
import { optionReader } from '../../nodes/Convex/parameters/options/option';
import { expectRefusal } from './refusal';

const readPagination = (options: Record<string, unknown>) => optionReader('query', options)(row);

const DEFAULTS = {
	limit: Infinity,
	pages: Infinity,
	pageSize: 100,
	itemPer: 'document',
	onInvalidCursor: 'fail',
};

describe("the option 'Pagination'", () => {
	it('is off while it is not there', () => {
		expect(readPagination({})).toBeUndefined();
	});

	it('is off for what is no query', () => {
		expect(optionReader('mutation', { pagination: {} })(row)).toBeUndefined();
	});

	it.each([{}, { settings: {} }])('has its defaults where nothing is set: %j', (pagination) => {
		expect(readPagination({ pagination })).toEqual(DEFAULTS);
	});

	it.each<[pagination: unknown, kind: string]>([
		[undefined, 'missing'],
		[null, 'null'],
		['all', 'text'],
		[true, 'a boolean'],
		[{ settings: null }, 'null'],
		[{ settings: [] }, 'an array'],
	])('that is there is not taken for off or for its defaults: %j', (pagination, kind) => {
		expectRefusal(
			() => readPagination({ pagination }),
			`The option 'Pagination' is ${kind}, not an object`,
			/^Fill in its settings, or remove the option\.$/,
		);
	});

	it('refuses a setting that is none of its choices', () => {
		expectRefusal(
			() => readPagination({ pagination: { settings: { return: undefined } } }),
			"The option 'Pagination': 'Amount' is not one of its choices",
			/gives 'all' or 'limit' or 'pages'\.$/,
		);
	});
});
