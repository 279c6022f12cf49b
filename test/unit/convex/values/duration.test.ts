import { durationInWords } from '../../../../nodes/Convex/convex/values/duration';

it.each([
	[60_000, '1 minute'],
	[300_000, '5 minutes'],
	[90_000, '90 seconds'],
	[1_000, '1 second'],
	[1_500, '1500 milliseconds'],
])('%d ms are called %j', (ms, words) => {
	expect(durationInWords(ms)).toBe(words);
});
