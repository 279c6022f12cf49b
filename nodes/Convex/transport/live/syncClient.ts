import { BaseConvexClient, type FunctionResult, type SubscribeOptions } from 'convex/browser';
import { jsonToConvex, type Value } from 'convex/values';
import type { EncodedArguments } from '../../convex/values/encodeArguments';
import type { ConvexCredential } from '../../convex/deployment/credential';
import { inputFailure } from '../../convex/failure';
import { platformText } from '../../convex/failures/platformFailure';
import type { SessionOperation } from '../../convex/functions/functionCall';
import { formatFunctionPath, type FunctionPath } from '../../convex/functions/functionPath';
import type { UserIdentity } from '../../convex/deployment/identity';
import { Redactor } from '../../convex/deployment/redaction';
import { CLOSE_TIMEOUT_MS, GuardedWebSockets, type SocketObserver } from './guardedWebSocket';
import { checkHeldResults } from './heldResults';
import { settledWithin } from '../timers';

/** What the client gives for an action that it takes for sent (convex-js src/browser/sync/request_manager.ts). */
const ACTION_LOST = 'Connection lost while action was in flight';

/** A function with its arguments. */
export interface FunctionInvocation {
	functionPath: FunctionPath;
	args: EncodedArguments;
	/** The component the function is in; undefined for the app itself. */
	componentPath: string | undefined;
}

/**
 * Convex's own sync client: it connects, authenticates, resubscribes after a lost connection with
 * capped and jittered back-off, and puts transitions in order (docs.convex.dev/api/classes/browser.BaseConvexClient).
 *
 * Not the more comfortable ConvexClient, which subscribes to no query of a component.
 */
export class SyncClient {
	private readonly client: BaseConvexClient;

	private readonly sockets: GuardedWebSockets;

	private readonly redactor: Redactor;

	private closed: Promise<void> | undefined;

	private queries = 0;

	/**
	 * @param identity the user to act as; needs a deploy key
	 * @throws ConvexFailure (`input`) on a host without WebSockets
	 */
	constructor(
		credential: ConvexCredential,
		identity: UserIdentity | undefined,
		observer: SocketObserver,
	) {
		checkWebSocketSupport();
		this.redactor = Redactor.of(credential);
		this.sockets = new GuardedWebSockets(redactedObserver(observer, this.redactor), () =>
			checkHeldResults(this.client, this.queries),
		);
		this.client = new BaseConvexClient(credential.deploymentUrl, () => {}, {
			webSocketConstructor: this.sockets.webSocketConstructor,
			skipConvexDeploymentUrlCheck: true,
			logger: false,
		});
		authenticate(this.client, credential, identity);
	}

	/**
	 * Watches a query. The client takes queries for the same that differ in their component only.
	 *
	 * @param receive gets the first result, each new one, and the last one again after a reconnect
	 * @returns what ends it
	 */
	subscribe(
		{ functionPath, args, componentPath }: FunctionInvocation,
		receive: (result: FunctionResult) => void,
	): () => void {
		const options: SubscribeOptions & { componentPath?: string } =
			componentPath === undefined ? {} : { componentPath };
		// Not counted back: results of queries that were unsubscribed from may be in flight.
		this.queries += 1;
		const { queryToken, unsubscribe } = this.client.subscribe(
			formatFunctionPath(functionPath),
			decodeArguments(args),
			options,
		);
		const removeHandler = this.client.addOnTransitionHandler(({ queries }) => {
			for (const { token, modification } of queries) {
				if (token !== queryToken || modification.kind !== 'Updated') continue;
				const { result } = modification;
				if (result !== undefined) receive(redactedResult(result, this.redactor));
			}
		});
		return () => {
			removeHandler();
			if (this.closed === undefined) unsubscribe();
		};
	}

	/** Whether what is called now is sent at once. */
	get isOpen(): boolean {
		return this.sockets.isOpen;
	}

	/**
	 * Calls a mutation or an action. It is sent in the order of the calls, at the latest when the
	 * connection is there. A mutation without an answer is sent again over the next connection, under
	 * the same session and request id: the deployment runs it once. An action is not sent again.
	 *
	 * @returns `lost` for an action that was in flight when the connection broke
	 */
	async call(
		operation: SessionOperation,
		{ functionPath, args, componentPath }: FunctionInvocation,
	): Promise<FunctionResult | 'lost'> {
		const { client } = this;
		if (!givesResults(client)) throw new TypeError('the Convex client calls no functions');
		const path = formatFunctionPath(functionPath);
		const decoded = decodeArguments(args);
		const result =
			operation === 'mutation'
				? await client.mutationInternal(path, decoded, undefined, componentPath)
				: await client.actionInternal(path, decoded, componentPath);
		return !result.success && result.errorMessage === ACTION_LOST
			? 'lost'
			: redactedResult(result, this.redactor);
	}

	/** Ends within a second, whether or not the deployment answers. Closing again does nothing. */
	async close(): Promise<void> {
		this.closed ??= this.closeNow();
		await this.closed;
	}

	private async closeNow(): Promise<void> {
		const clientClosed = this.client.close();
		this.sockets.close();
		await settledWithin(clientClosed, CLOSE_TIMEOUT_MS);
	}
}

/** What the deployment says of a connection may quote the credential, and be of any length. */
function redactedObserver(observer: SocketObserver, redactor: Redactor): SocketObserver {
	const { onUnauthorized, onProtocolError, onClose } = observer;
	const shown = (text: string) => platformText(redactor.text(text));
	return {
		...observer,
		onUnauthorized: (message, hasReadNothing) => onUnauthorized(shown(message), hasReadNothing),
		onProtocolError: (message) => onProtocolError(shown(message)),
		onClose: (reason) => onClose(shown(reason)),
	};
}

function redactedResult(result: FunctionResult, redactor: Redactor): FunctionResult {
	const logLines = result.logLines.map((line) => redactor.text(line));
	if (result.success) return { ...result, value: redactor.value(result.value), logLines };
	const { errorMessage, errorData } = result;
	return {
		...result,
		errorMessage: redactor.text(errorMessage),
		...(errorData !== undefined && { errorData: redactor.value(errorData) }),
		logLines,
	};
}

/** Whether the host has what a live connection needs. */
export function hasWebSockets(): boolean {
	return typeof WebSocket === 'function';
}

/** @throws ConvexFailure (`input`) */
export function checkWebSocketSupport(): void {
	if (hasWebSockets()) return;
	throw inputFailure(
		'This n8n runs on a Node.js without WebSockets',
		'Live connections need Node.js 22 or newer. Update n8n, or run it on a newer Node.js.',
	);
}

function authenticate(
	client: BaseConvexClient,
	{ authentication, authorization = '' }: ConvexCredential,
	identity: UserIdentity | undefined,
): void {
	const secret = authorization.slice(authorization.indexOf(' ') + 1);
	if (authentication === 'bearerToken') {
		client.setAuth(
			async () => secret,
			() => {},
		);
	} else if (authentication === 'deployKey') {
		if (!takesAdminKey(client)) throw new TypeError('the Convex client takes no deploy key');
		client.setAdminAuth(secret, identity);
	}
}

/** The method that Convex's dashboard uses is left out of the published types. */
type AdminClient = BaseConvexClient & {
	setAdminAuth: (key: string, actingAs?: UserIdentity) => void;
};

function takesAdminKey(client: BaseConvexClient): client is AdminClient {
	return 'setAdminAuth' in client && typeof client.setAdminAuth === 'function';
}

/** What the client's published methods are made of: these give log lines and reach components too. */
type ResultClient = BaseConvexClient & {
	mutationInternal: (
		path: string,
		args: Record<string, Value>,
		options: undefined,
		componentPath: string | undefined,
	) => Promise<FunctionResult>;
	actionInternal: (
		path: string,
		args: Record<string, Value>,
		componentPath: string | undefined,
	) => Promise<FunctionResult>;
};

function givesResults(client: BaseConvexClient): client is ResultClient {
	return ['mutationInternal', 'actionInternal'].every(
		(method) => method in client && typeof Reflect.get(client, method) === 'function',
	);
}

function decodeArguments(args: EncodedArguments): Record<string, Value> {
	return Object.fromEntries(
		Object.entries(args).map(([name, value]) => [name, jsonToConvex(value)]),
	);
}
