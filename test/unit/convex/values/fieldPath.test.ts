import fc from 'fast-check';
import type { JSONValue } from 'convex/values';
import type { Step } from '../../../../nodes/Convex/convex/values/conversion';
import {
	fieldAt,
	parseFieldPath,
	quotedPath,
} from '../../../../nodes/Convex/convex/values/fieldPath';

const RUNS = { seed: 20261129, numRuns: 500 };

const stepsOf = (path: string): Step[] => {
	const steps = parseFieldPath(path);
	if (steps === undefined) throw new Error(`${path} is no path`);
	return steps;
};

describe('a path to a field', () => {
	it.each<[string, Step[]]>([
		['', []],
		['status', ['status']],
		['steps[0].state', ['steps', 0, 'state']],
		['[0]', [0]],
		['[1][2].a', [1, 2, 'a']],
		['steps.0.state', ['steps', '0', 'state']],
		['totals["a.b"]', ['totals', 'a.b']],
		['["a]b"].c', ['a]b', 'c']],
		['["\\"quoted\\""]', ['"quoted"']],
		['first name', ['first name']],
		['__proto__', ['__proto__']],
	])('is read: %s', (path, steps) => {
		expect(parseFieldPath(path)).toEqual(steps);
	});

	it.each([
		...['.', '.a', 'a.', 'a..b', 'a.[0]', '[', ']', 'a[', 'a[]', 'a[-1]', 'a[1.5]', 'a[b]', 'a]'],
		...['a[0]b', '[""]', '["a]', '["\\x"]', "['a']", 'a. b', '$integer', 'a.$bytes', '["$float"]'],
		`a${'.a'.repeat(64)}`,
	])('is refused where it is none: %s', (path) => {
		expect(parseFieldPath(path)).toBeUndefined();
	});

	it('of any names and indexes is read as it was written', () => {
		const name = fc
			.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 })
			.filter((text) => text.trim() === text && !text.startsWith('$'));
		const steps = fc.array(fc.oneof(name, fc.nat({ max: 999 })), { maxLength: 6 });
		const written = (step: Step) =>
			typeof step === 'number' ? `[${step}]` : `[${JSON.stringify(step)}]`;
		fc.assert(
			fc.property(steps, (path) => {
				expect(parseFieldPath(path.map(written).join(''))).toEqual(path);
			}),
			RUNS,
		);
	});

	it('is shown as it was written', () => {
		expect(quotedPath(stepsOf('steps[0].state'))).toBe("'steps[0].state'");
	});
});

describe('the field that a path leads to', () => {
	const value: JSONValue = {
		status: 'done',
		steps: [{ state: 'a' }, null],
		count: { $integer: 'BQAAAAAAAAA=' },
		nothing: null,
		...JSON.parse('{"__proto__": 7}'),
	};

	it.each<[string, JSONValue]>([
		['', value],
		['status', 'done'],
		['steps[0].state', 'a'],
		['steps.0.state', 'a'],
		['steps[1]', null],
		['steps.length', 2],
		['count', { $integer: 'BQAAAAAAAAA=' }],
		['nothing', null],
	])('is found: %s', (path, field) => {
		expect(fieldAt(value, stepsOf(path))).toEqual({ status: 'found', value: field });
	});

	it('is found also where it is called as what objects are made from', () => {
		const own: JSONValue = JSON.parse('{"__proto__": 7}');
		expect(fieldAt(own, stepsOf('__proto__'))).toEqual({ status: 'found', value: 7 });
	});

	it.each([
		...['other', 'status.length', 'status[0]', 'nothing.a', 'steps[2]', 'steps[0].other'],
		...['constructor', 'toString', 'hasOwnProperty', 'steps[0].constructor', 'count.length'],
	])('is missing: %s', (path) => {
		expect(fieldAt(value, stepsOf(path))).toEqual({ status: 'missing' });
	});

	it.each<[string, Step[]]>([
		['steps.state', ['steps']],
		['steps.constructor', ['steps']],
		['steps.__proto__', ['steps']],
	])('of a list has to name an element: %s', (path, steps) => {
		expect(fieldAt(value, stepsOf(path))).toEqual({ status: 'list', steps });
	});

	it('is never inherited', () => {
		for (const name of Object.getOwnPropertyNames(Object.prototype)) {
			expect(fieldAt({}, [name])).toEqual({ status: 'missing' });
		}
		const ofList = Object.getOwnPropertyNames(Array.prototype).filter((name) => name !== 'length');
		for (const name of ofList) expect(fieldAt([], [name]).status).toBe('list');
	});
});
