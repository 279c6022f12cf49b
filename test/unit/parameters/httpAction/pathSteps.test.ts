import { lacksStep } from '../../../../nodes/Convex/parameters/httpAction/pathSteps';

type Item = Record<string, unknown>;

/** Of an expression that is a field of the item. */
const evaluating = (json: Item) => (expression: string) =>
	json[/\$json\.(\w+)/.exec(expression)?.[1] ?? ''];

describe('an expression that is a step of a path', () => {
	it.each<[string, Item]>([
		['=users/{{ $json.id }}', {}],
		['={{ $json.id }}/avatar', { id: null }],
		['=/files/{{ $json.id }}', { id: '' }],
		['=/files/{{ $json.id }}', { id: ' ' }],
		['=/files/{{ $json.id }}', { id: [] }],
		['=/files/{{ $json.id ?? ({}).id }}', {}],
		['=/a/{{ $json.a }}/{{ $json.id }}', { a: 'b' }],
		['=/a/{{ $json.a }}/{{ $json.id }}', { id: 'b' }],
		['=/files/{{ $json.a }}{{ $json.id }}', {}],
		['={{ $json.base }}{{ $json.id }}', { base: '/files/' }],
		['={{ $json.base }}/{{ $json.id }}', { base: '/files' }],
		['=/files/{{ $json.id }}?notify=true', {}],
		['=/files/{{ $json.id }}{{ $json.query }}', { query: '?notify=true' }],
		['=DELETE /files/{{ $json.id }}', {}],
		['=/files/{{ $json.id }}', { id: '*' }],
		['=/files/{{ $json.id }}', { id: '?all=true' }],
		["=users/{{ $fromAI('id') }}", {}],
		['=DELETE {{ $json.id }}/files', {}],
	])('gives nothing: %s of %j', (stored, json) => {
		expect(lacksStep(stored, evaluating(json), 'path')).toBe(true);
	});

	it.each<[unknown, Item]>([
		['=users/{{ $json.id }}', { id: 7 }],
		['=users/{{ $json.id }}', { id: 0 }],
		['={{ $json.id }}/avatar', { id: '7' }],
		['={{ $json.folder }}/{{ $json.id }}', { folder: '/tasks', id: '5' }],
		['={{ $json.prefix }}/a', { prefix: '/api' }],
		['={{ $json.prefix }}/tasks', { prefix: '/tasks' }],
		['=/{{ $json.path }}', { path: 'tasks/' }],
		['={{ $json.path }}/', { path: '/tasks' }],
		['=/users-{{ $json.id }}', {}],
		['=/users/{{ $json.id }}{{ $json.suffix }}', { id: '7' }],
		['=/users/{{ $json.prefix }}{{ $json.id }}', { id: '7' }],
		['={{ $json.path }}', {}],
		['={{ $json.path }}', { path: '?all=true' }],
		['={{ $json.prefix }}{{ $json.path }}', { path: '/users/7' }],
		['users/', {}],
		['=/tasks?id={{ $json.id }}', {}],
		['={{ $json.path }}{{ $json.id }}', { path: '/tasks?of=/' }],
		[undefined, {}],
	])('gives one, or is none: %s of %j', (stored, json) => {
		expect(lacksStep(stored, evaluating(json), 'path')).toBe(false);
	});
});

describe('an expression that is a step of what takes the place of the star', () => {
	it.each<[string, Item]>([
		['={{ $json.folder }}/{{ $json.id }}', { folder: 'C#' }],
		['=Who?/{{ $json.id }}', {}],
	])('gives nothing: %s of %j', (stored, json) => {
		expect(lacksStep(stored, evaluating(json), 'rest')).toBe(true);
	});

	it.each<[string, Item]>([
		['={{ $json.first }} {{ $json.last }}', { first: 'Ada' }],
		['=Report {{ $json.suffix }}/a.pdf', {}],
		['={{ $json.folder }}/{{ $json.id }}', { folder: 'a', id: '?' }],
	])('gives one, or a part of one: %s of %j', (stored, json) => {
		expect(lacksStep(stored, evaluating(json), 'rest')).toBe(false);
	});
});
