import { binarySize } from './valueLimits';

const OVER_LIMIT_HELP =
	'Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.';

const SCOPE = 'in a single function execution';

/** By how convex-test says that a transaction is too large: what the backend says of the same limit. */
const LIMITS: Array<[text: RegExp, inBackend: (limit: number) => string]> = [
	[
		/^Read too much data in .* \(limit: (\d+) bytes\)/,
		(limit) => `Too many bytes read ${SCOPE} (limit: ${limit} bytes). ${OVER_LIMIT_HELP}`,
	],
	[
		/^Scanned too many documents in .* \(limit: (\d+)\)/,
		(limit) => `Too many documents read ${SCOPE} (limit: ${limit}). ${OVER_LIMIT_HELP}`,
	],
	[
		/^Too many index ranges read in .* \(limit: (\d+)\)/,
		(limit) => `Too many reads ${SCOPE} (limit: ${limit}). ${OVER_LIMIT_HELP}`,
	],
	[
		/^Wrote too much data in .* \(limit: (\d+) bytes\)/,
		(limit) => `Too many bytes written ${SCOPE} (limit: ${binarySize(limit)})`,
	],
	[
		/^Wrote too many documents in .* \(limit: (\d+)\)/,
		(limit) => `Too many writes ${SCOPE} (limit: ${limit})`,
	],
];

/** The text of an error as the backend has it: crates/database/src/{reads,writes}.rs. */
export function inBackendWords(text: string): string {
	for (const [known, inBackend] of LIMITS) {
		const limit = known.exec(text)?.[1];
		if (limit !== undefined) return inBackend(Number(limit));
	}
	return text;
}
