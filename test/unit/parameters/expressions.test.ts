import {
	isMeantToBeGiven,
	readsClockOnly,
	readsItem,
} from '../../../nodes/Convex/parameters/expressions';

describe('a parameter is the same for all items', () => {
	it.each([
		['a text', 'tasks'],
		['the time', '={{ $now.minus({ days: 1 }).toISO() }}'],
		['a variable', '={{ $vars.table }}'],
		['the whole output of another node', "={{ $('Config').first().json.table }}"],
		['the whole input', '={{ $input.all().length }}'],
		['the list of all items of another node', '={{ $items("Config")[0].json.table }}'],
		['the settings of another node', "={{ $('Config')?.params.table }}"],
		['the node before', '={{ $prevNode.name }}'],
		['the run', '={{ $runIndex + $nodeVersion }}'],
		['what a function gives', '={{ $if($max(1, 2) > 1, $jmespath($input.all(), "[0]"), "") }}'],
		['a text with words that code has too', '={{ "Fix this item, it costs $json" }}'],
		['such a text in another kind of quotes', "={{ `this` + 'it\\'s $json' }}"],
		['such a text beside an expression', '=Fix this item for $5 {{ "today" }}'],
		['a field of that name', '={{ $vars.items + $input.first().json.this }}'],
		['the item in a comment', '={{ /* of $json */ $vars.a // or $binary\n + "it" }}'],
		['a list that is gone through', '={{ $input.all().map((item) => item.json.title) }}'],
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
		['the item in a text with code', '={{ `${$json.table}` }}'],
		['the item behind an expression', '={{ "a" }} {{ $json.table }}'],
		['the item in braces without an end', '={{ $json.table'],
		['the item between two patterns', `={{ $vars.a.replace(/"/g, $json.b).replace(/"/g, '') }}`],
		['the item behind a comment', `={{ /* it's */ $json.table + 'a' }}`],
		['the item behind one to the end of a line', `={{ // it's\n $json.table + 'a' }}`],
		['the item in a comment without an end', '={{ /* $json.table }}'],
		[
			'the item behind a pattern with a comment in it',
			'={{ $vars.a.replace(/[/*]/, $json.b) /* */ }}',
		],
		['the item behind braces in a text', `={{ '\\}}' + $json.table }}`],
		['the item behind braces that open nothing', `=\\{{ it's {{ $json.a + 'b' }}`],
		['the item by a text', '={{ this["$json"].table }}'],
		['the item in disguise', '={{ \\u0024json.table }}'],
		['code in a text', '={{ $evaluateExpression("{{ $json.table }}") }}'],
		['another parameter', '={{ $parameter.table }}'],
		['the item of a node that it takes apart', '={{ (({ item }) => item)($input).json.table }}'],
		['the whole input beside the item', '={{ $input.first().json.a + $json.b }}'],
	])('where it names %s', (_name, value) => {
		expect(readsItem({ deep: [value] })).toBe(true);
	});
});

it('a value is not meant to be given where a model may leave it out', () => {
	expect(isMeantToBeGiven({ mode: 'name', value: '={{ $json.index }}' })).toBe(true);
	expect(isMeantToBeGiven({ mode: 'name', value: "={{ $fromAI('index', '', 'string') }}" })).toBe(
		false,
	);
	expect(isMeantToBeGiven('by_status')).toBe(false);
});

describe('a parameter depends on the time and nothing else', () => {
	it.each([
		['={{ $now.minus({ days: 1 }).toMillis() }}'],
		['={{ $today }}'],
		['={{ ({ since: Date.now() - 86400000 }) }}'],
		['={ "since": {{ new Date().getTime() }} }'],
		['={{ DateTime.utc().toISO() }}'],
		['={{ $if($now.hour > 12, "pm", "am") }}'],
	])('%s', (value) => {
		expect(readsClockOnly({ deep: [value, 'text'] })).toBe(true);
	});

	it.each([
		['a fixed text', '$now'],
		['another expression', '={{ $vars.since }}'],
		['a date that is written down', '={{ new Date("2026-01-31").getTime() }}'],
		['a date of a variable', '={{ DateTime.fromISO($vars.since) }}'],
		['a variable beside the time', '={{ ({ team: $vars.team, since: $now.toMillis() }) }}'],
		['the workflow beside it', '={{ $workflow.id + $today }}'],
		['a text about it', '={{ "$now" + 1 }}'],
	])('not %s', (_what, value) => {
		expect(readsClockOnly({ deep: [value] })).toBe(false);
	});

	it('not where another part of it depends on something else', () => {
		expect(readsClockOnly(['={{ $now }}', '={{ $env.TEAM }}'])).toBe(false);
	});
});
