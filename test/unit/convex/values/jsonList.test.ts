import fc from 'fast-check';
import { divideList } from '../../../../nodes/Convex/convex/values/jsonList';

function divided(json: string, pieceLength: number) {
	const work = divideList(json, 'rows', pieceLength);
	const pieces: string[] = [];
	for (;;) {
		const step = work.next();
		if (step.done === true) return { pieces, rest: step.value };
		pieces.push(step.value);
	}
}

/** What the parts mean; undefined where one of them is no JSON. */
function joined({ pieces, rest }: ReturnType<typeof divided>): unknown {
	try {
		const lists = pieces.map((piece): unknown[] => JSON.parse(piece));
		const outermost = JSON.parse(rest);
		return lists.length === 0 ? outermost : { ...outermost, rows: lists.flat() };
	} catch {
		return undefined;
	}
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

it('gives a long list in pieces, and what stands around it', () => {
	const json = '{"a":{"rows":[1]},"rows":[{"b":"},{"},{"c":[1,{}]},{"d":"\\"]"}],"e":[]}';
	expect(divided(json, 1)).toEqual({
		pieces: ['[{"b":"},{"}]', '[{"c":[1,{}]}]', '[{"d":"\\"]"}]'],
		rest: '{"a":{"rows":[1]},"rows":[],"e":[]}',
	});
	expect(divided(json, 12).pieces).toEqual(['[{"b":"},{"},{"c":[1,{}]}]', '[{"d":"\\"]"}]']);
	expect(divided(json, 1_000).pieces).toHaveLength(1);
});

it.each([
	'{}',
	'[]',
	'"rows"',
	'{"rows":{}}',
	'{"rows":[]}',
	'{"rows" : [{},{}]}',
	'{"a\\"rows":[{},{}]}',
	'{"a,\\"rows":[{},{}]}',
	'{"a":"rows","b":[{},{}]}',
	'{"rows":[{} , {}],"a":1}',
	'{"rows":[[{},{}],{},{}]}',
	'[{"rows":[{},{}]}]',
])('divides %j only where it is sure', (json) => {
	expect(joined(divided(json, 1))).toEqual(JSON.parse(json));
});

it.each([
	'',
	'{"rows":[{},{}',
	'{"rows":[{},{}]',
	'{"rows":[{},{"a":"}]}',
	'{"rows":[{},{},]}',
	'{"rows":[,{},{}]}',
	'{"rows":[{},,{}]}',
	'{"rows":[{},{}}',
	'{"rows":[{}],{},[{}]}',
	'{"rows":[{},{}]]}',
])('what is no JSON is none in parts: %j', (json) => {
	expect(joined(divided(json, 1))).toBeUndefined();
});

it('the parts mean what the whole means, and are JSON if that is', () => {
	const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()));
	const document = fc.record({ a: fc.jsonValue(), rows, z: fc.jsonValue() });
	fc.assert(
		fc.property(document, fc.nat(40), fc.nat(), fc.string(), (value, length, at, spoilt) => {
			const json = JSON.stringify(value);
			expect(joined(divided(json, length))).toEqual(parsed(json));
			const place = at % json.length;
			const other = json.slice(0, place) + spoilt + json.slice(place + 1);
			if (parsed(other) === undefined) expect(joined(divided(other, length))).toBeUndefined();
		}),
	);
});
