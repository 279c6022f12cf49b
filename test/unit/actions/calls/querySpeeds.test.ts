import {
	forgetSpeed,
	knownSpeed,
	rememberSpeed,
} from '../../../../nodes/Convex/actions/calls/querySpeeds';

const measured = { msPerQuery: 0.1, lengthPerAnswer: 100, largest: 400 };

it('the speed of a function is known for ten minutes', () => {
	rememberSpeed('a', measured);
	expect(knownSpeed('a')).toBe(measured);
	expect(knownSpeed('b')).toBeUndefined();
	expect(knownSpeed('a', performance.now() + 9 * 60_000)).toBe(measured);
	expect(knownSpeed('a', performance.now() + 11 * 60_000)).toBeUndefined();
});

it('a speed that is forgotten is unknown', () => {
	rememberSpeed('a', measured);
	forgetSpeed('a');
	expect(knownSpeed('a')).toBeUndefined();
});

it('two hundred speeds are kept, those that were measured last', () => {
	rememberSpeed('first', measured);
	rememberSpeed('again', measured);
	for (let count = 0; count < 198; count++) rememberSpeed(String(count), measured);
	expect(knownSpeed('first')).toBe(measured);
	rememberSpeed('again', measured);
	rememberSpeed('one more', measured);
	expect(knownSpeed('first')).toBeUndefined();
	expect(knownSpeed('again')).toBe(measured);
});
