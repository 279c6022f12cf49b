/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { runInNewContext } from 'node:vm';
import { describeType, isPlainObject } from '../../../../nodes/Convex/convex/values/plainObject';

/** An object as an expression makes it: of another realm than the node. */
const foreign: unknown = runInNewContext("({ name: 'Ada', tags: ['a'] })");

class Task {
	readonly name = 'a';
}

describe('a plain object', () => {
	it.each([[{}], [{ a: 1 }], [Object.create(null)], [foreign], [JSON.parse('{"__proto__":1}')]])(
		'%j is one',
		(value) => {
			expect(isPlainObject(value)).toBe(true);
		},
	);

	it.each([
		null,
		undefined,
		'text',
		1,
		[[]],
		new Date(0),
		new Map(),
		new Task(),
		Buffer.from('a'),
		() => ({}),
	])('%p is none', (value) => {
		expect(isPlainObject(value)).toBe(false);
	});
});

describe('the kind of a value in words', () => {
	it.each([
		[null, 'null'],
		[undefined, 'missing'],
		['', 'text'],
		[[], 'an array'],
		[{}, 'an object'],
		[Object.create(null), 'an object'],
		[foreign, 'an object'],
		[1, 'a number'],
		[1n, 'a bigint'],
		[true, 'a boolean'],
		[() => 1, 'a function'],
		[Symbol('a'), 'a symbol'],
		[new Map(), 'a Map object'],
		[new Error('a'), 'an Error object'],
		[new Uint8Array(), 'a Uint8Array object'],
		[new Task(), 'a Task object'],
	])('%p is %s', (value, words) => {
		expect(describeType(value)).toBe(words);
	});
});
