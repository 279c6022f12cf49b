import { PlatformFailure } from './platformFailure';

const BUSY =
	'Too many concurrent requests in a short period of time. Spread out your requests out over time or throttle them to avoid errors.';

/**
 * What the backend answers, by code, when it did not start a function or rolled it back: status and
 * text of crates/{isolate,database}/src/metrics.rs, crates/common/src/grpc/mod.rs, crates/errors,
 * crates/database/src/snapshot_manager.rs and crates/application/src/application_function_runner.
 */
const REJECTIONS = {
	TooManyConcurrentRequests: [
		429,
		'Too many concurrent requests. Your backend is limited to 16 concurrent queries. To get more resources, upgrade to Convex Pro. If you are already on Convex Pro, please contact support.',
	],
	TooManyWrites: [
		429,
		'Too many writes per second. Your deployment is limited to 4 MiB bytes written per 1s. Reduce your write rate or upgrade to a larger deployment.',
	],
	OptimisticConcurrencyControlFailure: [
		503,
		'Documents read from or written to the "counters" table changed while this mutation was being run and on every subsequent retry. See https://docs.convex.dev/error#1',
	],
	ExpiredInQueue: [503, BUSY],
	WorkerOverloaded: [503, 'There are no available workers to process the request'],
	InitialPermitTimeoutError: [503, "Couldn't acquire a permit on this funrun"],
	ExecuteFullError: [503, BUSY],
	IsolateNotClean: [503, 'Selected isolate was not clean'],
	UpstreamConnectError: [503, 'Failed to connect to upstream'],
	CommitterFullError: [
		503,
		'Too many concurrent commits in a short period of time. Spread your writes out over time or throttle them to avoid errors.',
	],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type RejectionCode = keyof typeof REJECTIONS;

/** Every code, for tests of all. */
export const REJECTION_CODES = Object.keys(REJECTIONS) as RejectionCode[];

export function rejection(code: RejectionCode): PlatformFailure {
	const [httpStatus, message] = REJECTIONS[code];
	return new PlatformFailure(httpStatus, code, message);
}
