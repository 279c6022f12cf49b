import { convertArgument } from '../../../../nodes/Convex/convex/values/argumentTypes';
import type { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';
import { toFailure } from '../../../../nodes/Convex/transport/nodeError';
import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';
import { keepsWatching, watchFailure } from '../../../../nodes/Convex/triggers/query/failures';

const reported = (errorMessage: string, errorData?: string) =>
	functionFailure({ operation: 'query', errorMessage, errorData, logLines: [] });

function refusedBytes(): ConvexFailure {
	try {
		convertArgument("'Arguments': 'content'", 'bytes', '?');
	} catch (thrown) {
		return toFailure(thrown);
	}
	throw new Error('not refused');
}

const timedOut = networkFailure(
	'query',
	Object.assign(new Error('m'), { code: 'ECONNABORTED' }),
	10,
);

/** What the Convex node has and the trigger has not. */
const OF_THE_NODE =
	/'Timeout'|'Operation'|'Binary Field'|'Concurrency'|'Maximum Retries'|error branch|\bitems?\b/;

describe('a failure in the words of a trigger', () => {
	it.each<[what: string, failure: ConvexFailure, words: RegExp]>([
		['a timeout', timedOut, /holds requests back/],
		['a ConvexError', reported('Uncaught ConvexError: no', 'no'), /up to the app/],
		['arguments that are refused', reported('ArgumentValidationError: x'), /Compare 'Arguments'/],
		['arguments that are too large', reported('Arguments for f are too large'), /less in/],
		['bytes that are not base64', refusedBytes(), /^Encode the bytes in base64 \(A-Z.*\)\.$/],
		[
			'a mutation',
			reported('Trying to execute m.js:f as Query, but it is defined as Mutation.'),
			/Only queries can be watched/,
		],
		[
			'an HTTP action',
			reported('Trying to execute m.js:f as Query, but it is defined as HttpAction.'),
			/Only queries can be watched/,
		],
		[
			'a proxy that limits the rate',
			platformFailure('query', { httpStatus: 429, body: '<html>' }),
			/raise the proxy's limit\.$/,
		],
		[
			'a proxy that limits the size',
			platformFailure('query', { httpStatus: 413, body: '<html>' }),
			/Raise the proxy's limit\.$/,
		],
		[
			'an overload',
			platformFailure('query', {
				httpStatus: 429,
				body: '{"code":"TooManyConcurrentRequests","message":"m"}',
			}),
			/limit of its plan\. Call it less at this time\.$/,
		],
	])('names nothing that only the Convex node has: %s', (_what, failure, words) => {
		expect(failure.description).toMatch(OF_THE_NODE);
		const { message, description, details } = watchFailure(failure);
		expect(description).toMatch(words);
		expect(description).not.toMatch(OF_THE_NODE);
		expect({ message, details }).toEqual({ message: failure.message, details: failure.details });
	});

	it('stays as it is where it fits', () => {
		const failure = reported('Uncaught Error: boom');
		const { message, description, details } = failure;
		expect(watchFailure(failure)).toMatchObject({ message, description, details });
	});

	it('says that the trigger keeps watching', () => {
		const { description } = keepsWatching(reported('Uncaught ConvexError: no', 'no'));
		expect(description).toMatch(
			/up to the app\. The trigger keeps watching, and recovers on its own\.$/,
		);
	});

	it.each([
		'You do not have permission to perform this operation (deployment:data:view).',
		"Component path 'mail' not found",
	])('says that it does not, where Convex never runs the query again: %s', (text) => {
		expect(keepsWatching(reported(text)).description).toMatch(
			/\. Then unpublish the workflow and publish it again: the trigger does not recover on its own\.$/,
		);
	});
});
