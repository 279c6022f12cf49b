import { readsItem } from '../../../nodes/Convex/parameters/expressions';

describe('a parameter is the same for all items', () => {
	it.each([
		['a text', 'tasks'],
		['the time', '={{ $now.minus({ days: 1 }).toISO() }}'],
		['a variable', '={{ $vars.table }}'],
		['the whole output of another node', "={{ $('Config').first().json.table }}"],
		['the whole input', '={{ $input.all().length }}'],
		['nothing', undefined],
	])('where it is %s', (_name, value) => {
		expect(readsItem({ deep: [value] })).toBe(false);
	});
});

describe('a parameter may differ from item to item', () => {
	it.each([
		['the item', '={{ $json.table }}'],
		['its file', '={{ $binary.data.fileName }}'],
		['its number', '={{ $itemIndex }}'],
		['what another node has for it', "={{ $('Config').item.json.table }}"],
		['the same in the older way', '={{ $node["Config"].json.table }}'],
		['the item of the input', '={{ $input.item.json.table }}'],
		['a model', "={{ $fromAI('table') }}"],
		['something that is not known', '={{ $later.table }}'],
		['the whole input beside the item', '={{ $input.first().json.a + $json.b }}'],
	])('where it names %s', (_name, value) => {
		expect(readsItem({ deep: [value] })).toBe(true);
	});
});
