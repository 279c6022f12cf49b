import type { JSONValue } from 'convex/values';
import { z } from 'zod';

const text = z.string().nullish();
const yesOrNo = z.boolean().nullish();

/**
 * A user whom an administrator acts as: crates/convex/sync_types/src/types/json.rs,
 * `UserIdentityAttributesJson`.
 */
export const actingUser = z
	.object({
		tokenIdentifier: text,
		issuer: text,
		subject: text,
		name: text,
		givenName: text,
		familyName: text,
		nickname: text,
		preferredUsername: text,
		profileUrl: text,
		pictureUrl: text,
		websiteUrl: text,
		email: text,
		emailVerified: yesOrNo,
		gender: text,
		birthday: text,
		timezone: text,
		language: text,
		phoneNumber: text,
		phoneNumberVerified: yesOrNo,
		address: text,
		updatedAt: text,
	})
	.catchall(z.custom<JSONValue>((claim) => claim !== undefined))
	.refine(
		({ tokenIdentifier, issuer, subject }) =>
			isGiven(tokenIdentifier) || (isGiven(issuer) && isGiven(subject)),
		'Either "tokenIdentifier" or "issuer" and "subject" must be set',
	);

function isGiven(value: string | null | undefined): boolean {
	return value !== undefined && value !== null;
}
