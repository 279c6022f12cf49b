import { parseRetryAfter } from '../../convex/failures/retryPolicy';

/**
 * How long a server asks to wait before the next request: its header `Retry-After`.
 *
 * @param headers of its answer, by their names in lower case
 */
export function retryAfterOf(headers: Readonly<Record<string, unknown>>): {
	retryAfterMs?: number;
} {
	return parseRetryAfter(headers['retry-after'], serverTimeMs(headers.date));
}

/** Now, by the server's own clock where it tells the time: a date in its `Retry-After` is of that clock. */
function serverTimeMs(date: unknown): number {
	const timeMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
	return Number.isNaN(timeMs) ? Date.now() : timeMs;
}
