import { inputFailure, type ConvexFailure } from '../failure';
import type { ConvexCredential } from './credential';
import { Redactor } from './redaction';

/**
 * A deploy key is for Convex itself: the code of an HTTP action reads all of its request, and may pass
 * it on. So a request that holds the credential's key, however it is written, is not sent.
 *
 * @param texts what the request consists of, each by its name in a sentence
 * @throws ConvexFailure (`input`) naming the part that holds it
 */
export function refuseDeployKey(
	credential: ConvexCredential,
	texts: ReadonlyArray<readonly [subject: string, text: string]>,
): void {
	if (credential.authentication !== 'deployKey') return;
	const redactor = Redactor.of(credential);
	const [found] = texts.find(([, text]) => redactor.text(text) !== text) ?? [];
	if (found !== undefined) throw holdsKey(found);
}

/** A character takes no more of them, however it is written: `%257C`, or escaped seven times. */
const MAX_WRITTEN_CHARACTERS = 13;

/**
 * The same of a file that comes in pieces, of which one or two are in memory at a time.
 *
 * @throws ConvexFailure (`input`) naming it
 */
export async function refuseDeployKeyIn(
	credential: ConvexCredential,
	subject: string,
	pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
	const { authentication, authorization = '' } = credential;
	if (authentication !== 'deployKey') return;
	const redactor = Redactor.of(credential);
	let end = '';
	for await (const piece of pieces) {
		const { buffer, byteOffset, byteLength } = piece;
		const text = end + Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
		if (redactor.text(text) !== text) throw holdsKey(subject);
		// The key may begin in a piece and end in the next one.
		end = text.slice(-MAX_WRITTEN_CHARACTERS * authorization.length);
	}
}

function holdsKey(subject: string): ConvexFailure {
	return inputFailure(
		`${subject} holds the credential's deploy key, which the app's code could read`,
		"Remove the key: an HTTP action needs none. A user's token goes along with 'Authentication: Bearer Token'.",
	);
}
