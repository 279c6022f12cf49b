import { inputFailure } from '../failure';
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
	if (found === undefined) return;
	throw inputFailure(
		`${found} holds the credential's deploy key, which the app's code could read`,
		"Remove the key: an HTTP action needs none. A user's token goes along with 'Authentication: Bearer Token'.",
	);
}
