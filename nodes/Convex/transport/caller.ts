import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
	ITriggerFunctions,
} from 'n8n-workflow';
import {
	ACTING_USER_FIELD,
	parseCredential,
	type ConvexCredential,
} from '../convex/deployment/credential';
import { credentialFailure } from '../convex/failure';
import { encodeIdentity, type UserIdentity } from '../convex/deployment/identity';
import { toFailure } from './nodeError';

export const CREDENTIAL_TYPE = 'convexApi';

/** Where a call comes from: a run, the editor that fills in a form, or a trigger. */
export type CallContext =
	IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | ITriggerFunctions;

/** Who calls which deployment: a credential, decrypted once, or a user that it acts as. */
export interface Caller {
	credential: ConvexCredential;
	credentialsDecrypted: ICredentialsDecrypted;
}

/**
 * The caller of a form or a trigger, which have no items. A run asks `ItemCallers`.
 *
 * @throws ConvexFailure (`input`) naming the field that is wrong
 */
export async function openCaller(context: CallContext): Promise<Caller> {
	const read = async (type: string) => await context.getCredentials(type);
	return callerOf(await readCredential(context, read));
}

/**
 * Reads the node's credential.
 *
 * @param read asks n8n for the credential of this type
 * @throws ConvexFailure (`input`) where none is chosen, or n8n cannot give it
 */
export async function readCredential(
	context: Pick<CallContext, 'getNode'>,
	read: (type: string) => Promise<ICredentialDataDecryptedObject>,
): Promise<ICredentialDataDecryptedObject> {
	const chosen = context.getNode().credentials?.[CREDENTIAL_TYPE];
	if (chosen === undefined) {
		throw credentialFailure(
			'The node has no Convex credential',
			"Open the node and choose one in 'Credential to connect with', or create one there.",
		);
	}
	try {
		return await read(CREDENTIAL_TYPE);
	} catch (thrown) {
		throw credentialFailure(
			`The credential '${chosen.name}' cannot be used: ${toFailure(thrown).message}`,
			"Choose another in 'Credential to connect with' if it was deleted or is not shared with this workflow, and correct its expressions if it has some.",
		);
	}
}

/** @throws ConvexFailure (`input`) naming the field that is wrong */
export function callerOf(data: ICredentialDataDecryptedObject): Caller {
	return {
		credential: parseCredential(data),
		credentialsDecrypted: { id: '', name: CREDENTIAL_TYPE, type: CREDENTIAL_TYPE, data },
	};
}

/**
 * A user, as whom a caller with a deploy key acts.
 *
 * @throws ConvexFailure (`input`) for a credential without a deploy key
 */
export function actingAs(caller: Caller, identity: UserIdentity): Caller {
	if (caller.credential.authentication !== 'deployKey') {
		throw credentialFailure(
			"The option 'Act as User' needs a deploy key",
			"Set the credential's 'Authentication' to 'Deploy Key', or use the user's own token with 'Bearer Token'.",
		);
	}
	const { data } = caller.credentialsDecrypted;
	return callerOf({ ...data, [ACTING_USER_FIELD]: encodeIdentity(identity) });
}
