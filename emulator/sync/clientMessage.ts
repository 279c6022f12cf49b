import type { JSONValue } from 'convex/values';
import { z } from 'zod';
import { actingUser } from '../actingUser';
import { canonicalPath } from '../canonicalPath';
import { PlatformFailure } from '../platformFailure';
import { decodeTimestamp } from '../timestamp';

const unsigned = z.number().int().nonnegative();

const json = z.custom<JSONValue>((value) => value !== undefined, 'missing field');

const functionPath = z.string().superRefine((path, context) => {
	try {
		canonicalPath(path);
	} catch (error) {
		context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' });
	}
});

const timestamp = z
	.string()
	.transform((text) => decodeTimestamp(text))
	.refine((decoded) => decoded !== undefined, 'u64 must be 8 bytes');

const addQuery = z.object({
	type: z.literal('Add'),
	queryId: unsigned,
	udfPath: functionPath,
	args: json.default([]),
	journal: z.string().nullish(),
	componentPath: z.string().nullish(),
});

const removeQuery = z.object({ type: z.literal('Remove'), queryId: unsigned });

const connect = z.object({
	type: z.literal('Connect'),
	sessionId: z.string().uuid(),
	connectionCount: unsigned,
	lastCloseReason: z.string().nullish(),
	maxObservedTimestamp: timestamp.nullish(),
	clientTs: z.number().nullish(),
});

const modifyQuerySet = z.object({
	type: z.literal('ModifyQuerySet'),
	baseVersion: unsigned,
	newVersion: unsigned,
	modifications: z.array(z.discriminatedUnion('type', [addQuery, removeQuery])),
});

const functionCall = {
	requestId: unsigned,
	udfPath: functionPath,
	args: json,
	componentPath: z.string().nullish(),
};

const authenticate = z.object({ type: z.literal('Authenticate'), baseVersion: unsigned }).and(
	z.discriminatedUnion('tokenType', [
		z.object({ tokenType: z.literal('User'), value: z.string() }),
		z.object({
			tokenType: z.literal('Admin'),
			value: z.string(),
			impersonating: actingUser.nullish(),
		}),
		z.object({ tokenType: z.literal('None') }),
	]),
);

/** What a client sends: crates/convex/sync_types/src/types/json.rs, `ClientMessageJsonInner`. */
const clientMessage = z.union([
	connect,
	modifyQuerySet,
	z.object({ type: z.literal('Mutation'), ...functionCall }),
	z.object({ type: z.literal('Action'), ...functionCall }),
	authenticate,
	z.object({ type: z.literal('Event'), eventType: z.string(), event: json }),
]);

export type ClientMessage = z.infer<typeof clientMessage>;
export type Connect = z.infer<typeof connect>;
export type ModifyQuerySet = z.infer<typeof modifyQuerySet>;
export type AddQuery = z.infer<typeof addQuery>;
export type FunctionCall = Extract<ClientMessage, { type: 'Mutation' | 'Action' }>;
export type Authenticate = z.infer<typeof authenticate>;

/** @throws PlatformFailure `WSMessageInvalidJson` for anything else than a message of the protocol */
export function parseClientMessage(text: string): ClientMessage {
	try {
		return clientMessage.parse(JSON.parse(text));
	} catch (error) {
		throw invalidMessage(error instanceof Error ? error.message : String(error));
	}
}

function invalidMessage(why: string): PlatformFailure {
	const message = `Received Invalid JSON on websocket: ${why}`;
	return new PlatformFailure(400, 'WSMessageInvalidJson', message);
}
