import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	ITriggerFunctions,
} from 'n8n-workflow';
import { ACTING_USER_FIELD, parseCredential, type ConvexCredential } from '../convex/credential';
import { inputFailure } from '../convex/failure';
import { encodeIdentity, type UserIdentity } from '../convex/identity';

export const CREDENTIAL_TYPE = 'convexApi';

/** Who calls: a run, the editor that fills in a form, or a trigger. */
export type CallContext = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions;

/** A deployment that a run calls, with its credential, decrypted once. */
export interface Deployment {
	credential: ConvexCredential;
	credentialsDecrypted: ICredentialsDecrypted;
}

/**
 * Reads and checks the node's credential, once a run: every further read costs n8n a database query.
 *
 * @throws ConvexFailure (`input`) naming the field that is wrong
 */
export async function openDeployment(context: CallContext): Promise<Deployment> {
	return deploymentOf(await context.getCredentials(CREDENTIAL_TYPE));
}

function deploymentOf(data: ICredentialDataDecryptedObject): Deployment {
	return {
		credential: parseCredential(data),
		credentialsDecrypted: { id: '', name: CREDENTIAL_TYPE, type: CREDENTIAL_TYPE, data },
	};
}

/**
 * The same deployment, called as an administrator who acts as a user.
 *
 * @throws ConvexFailure (`input`) for a credential without a deploy key
 */
export function actingAs(deployment: Deployment, identity: UserIdentity): Deployment {
	if (deployment.credential.authentication !== 'deployKey') {
		throw inputFailure(
			"The option 'Act as User' needs a deploy key",
			"Set the credential's 'Authentication' to 'Deploy Key', or use the user's own token with 'Bearer Token'.",
		);
	}
	const { data } = deployment.credentialsDecrypted;
	return deploymentOf({ ...data, [ACTING_USER_FIELD]: encodeIdentity(identity) });
}
