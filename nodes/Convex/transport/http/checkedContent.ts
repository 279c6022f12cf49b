import { createHash } from 'node:crypto';
import { failureOf, type ConvexFailure } from '../../convex/failure';
import type { ContentStream } from '../fileContent';

/** What the content of a file has to be. */
export interface ExpectedContent {
	/** In bytes; undefined where nobody said it. */
	size: number | undefined;
	/** In hexadecimal digits. */
	sha256: string;
}

/**
 * A file on its way from the deployment to n8n, checked piece by piece: n8n keeps nothing of one that
 * is cut off, longer than it should be, or has another checksum.
 */
export class CheckedContent {
	size = 0;

	/** Why the content ended early, if it did: who reads it only sees that it broke. */
	failure: unknown;

	readonly stream: ContentStream;

	constructor(
		source: ContentStream,
		private readonly expected: ExpectedContent,
	) {
		source.on('error', (error) => (this.failure = error));
		const check = this.check.bind(this);
		this.stream = source.compose<ContentStream>(check);
		// It may break before n8n reads it, and an error that nobody hears would end n8n's process.
		this.stream.on('error', () => {});
	}

	private async *check(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		const hash = createHash('sha256');
		const { size, sha256 } = this.expected;
		for await (const piece of source) {
			this.size += piece.length;
			if (size !== undefined && this.size > size) throw this.refused();
			hash.update(piece);
			yield piece;
		}
		if (hash.digest('hex') !== sha256) throw this.refused();
	}

	private refused(): ConvexFailure {
		const failure = changed();
		this.failure = failure;
		return failure;
	}
}

function changed() {
	return failureOf('contentChanged', 'The content of the file did not arrive as it is stored', {
		kind: 'network',
		code: 'Sha256Mismatch',
		retryable: true,
		outcome: 'unknown',
	});
}

/** Whether an answer is a stream of Node's, which n8n's request helpers give unread. */
export function isContentStream(answer: unknown): answer is ContentStream {
	return (
		typeof answer === 'object' &&
		answer !== null &&
		['on', 'destroy', 'compose'].every(
			(method) => typeof Reflect.get(answer, method) === 'function',
		)
	);
}
