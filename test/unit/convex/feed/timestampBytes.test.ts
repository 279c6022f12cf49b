import { isTimestamp } from '../../../../nodes/Convex/convex/feed/feedPage';
import { timestampDigits } from '../../../../nodes/Convex/convex/feed/timestampBytes';

const base64Of = (time: bigint) => {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(time);
	return bytes.toString('base64');
};

it.each([0n, 1_790_000_000_123_456_789n, 2n ** 63n - 1n])('reads all digits of %d', (time) => {
	const digits = timestampDigits(base64Of(time));
	expect(digits).toBe(String(time));
	expect(isTimestamp(digits)).toBe(true);
});

it.each([
	['nothing', ''],
	['too few bytes', 'AAAA'],
	['more than an int64 holds', base64Of(2n ** 63n)],
])('is none of %s: a position with it could not be read again', (_what, base64) => {
	expect(timestampDigits(base64)).toBeUndefined();
});
