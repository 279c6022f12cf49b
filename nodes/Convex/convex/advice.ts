/** How to get unstuck. */
export interface Advice {
	help: string;
	/** Follows `help`: to make the same call again. Left out where the call may have run. */
	repeat?: string;
}

const LIMITS = '(docs.convex.dev/production/state/limits)';
const CHECK_URL = "Check the credential's 'Deployment URL'";
const FIX_FUNCTION = 'Fix this in the Convex function.';
const LATER = 'Try again later.';
const MORE_RETRIES = "You can also raise 'Maximum Retries' in the node's options.";

/** What helps where an address cannot be reached, or something else answers there. */
function addressAdvice(checkUrl: string) {
	return {
		foreignAnswer: `A proxy, a firewall or another server answered instead of the deployment. ${checkUrl}, and what is between n8n and the deployment.`,
		answerTooLong: `Convex gives no answers of this size. ${checkUrl}, and what is between n8n and the deployment.`,
		connectionRefused: `${checkUrl}, that the deployment is running, and that n8n can reach it, through its proxy if one is set (HTTPS_PROXY). Inside Docker, 127.0.0.1 is the container itself.`,
		hostNotFound: `${checkUrl} for typing mistakes.`,
		hostNotResolved: `Check n8n's network and DNS. ${checkUrl} for typing mistakes.`,
		noRoute: `${checkUrl} and n8n's network.`,
		connectTimedOut: `${checkUrl}, n8n's network, its proxy settings (HTTPS_PROXY) and firewalls.`,
		noSecureConnection: `${checkUrl}: a server without TLS is addressed with http://.`,
		noAnswer: `${checkUrl} and n8n's network settings.`,
	} satisfies Record<string, Advice | string>;
}

/** By the reason of a failure, where the same helps wherever it is shown. */
const SHARED_ADVICE = {
	...addressAdvice(CHECK_URL),
	functionNotFound:
		"Check the spelling of 'Function', that the function is deployed to this deployment, and that it is public: internal functions need a credential with a deploy key.",
	badFunctionPath: "Check 'Function'. Write it as 'module:function', e.g. messages:list.",
	documentNotFound:
		'The document was deleted, or the ID is one of another deployment. An ID is what a document has in _id.',
	filterRefused: "Correct the filter, or remove it from 'Filters'.",
	tableNotFound:
		'Choose the table from the list, or write its name as in convex/schema.ts. A table comes with the schema that is deployed, or with its first document.',
	componentNotFound: 'Check the name of the component in convex.config.ts.',
	badRequest: "The deployment refused the request. Check 'Function' and 'Arguments'.",
	unreadableRequest:
		'The deployment could not read the request. Most often it is larger than 16 MiB: send less data per call.',
	notDeployable: 'Fix this in the Convex app, then deploy it again with `npx convex deploy`.',

	badResult: `The function's result does not match its 'returns' validator. ${FIX_FUNCTION}`,
	resultTooLarge:
		'The function returns more than Convex allows. Have it return less, for example fewer rows or fields, or one page at a time.',
	resultNotSupported: `The function returns a value that Convex does not support (docs.convex.dev/database/types). ${FIX_FUNCTION}`,
	errorDataNotSupported: `The function threw a ConvexError with data that Convex does not support. ${FIX_FUNCTION}`,
	neverResolves: `The function waits for a promise that never resolves. ${FIX_FUNCTION}`,
	limitExceeded: `The function did more than Convex allows in one call ${LIMITS}. Give it less to do per call, for example fewer rows.`,
	valueTooLarge: `A value is larger than Convex allows ${LIMITS}. Send less per value, or have the function store it in several documents.`,
	schemaMismatch:
		"The document does not match the table's schema in convex/schema.ts. Compare 'Arguments' with it.",
	endlessCalls: `The function calls itself endlessly. ${FIX_FUNCTION}`,
	invalidCursor:
		'A cursor has to come from the same query with the same arguments, and becomes invalid when the query reads another range. Start at the beginning again.',

	deployKeyRefused:
		'The deploy key does not belong to this deployment, or it was revoked. Create one on the Convex dashboard (Settings → URL & Deploy Key) of the deployment that the credential names.',
	deployKeyNeeded:
		'This needs a deploy key of this deployment. Create one on the Convex dashboard (Settings → URL & Deploy Key).',
	permissionNeeded: 'Use a deploy key that has the permission for this operation.',
	noAuthProvider:
		"The token's issuer and audience match no provider in the app's convex/auth.config.ts. Use a token of a configured provider.",
	tokenRefused: 'Get a new token from your sign-in provider: this one is expired or not valid.',
	tokenUnreadable:
		'Get a new token from your sign-in provider: this one is expired or not a JSON Web Token.',
	signInProviderUnavailable: {
		help: 'Convex could not reach the sign-in provider that issued the token.',
		repeat: LATER,
	},
	unauthorized: 'Check the credential: its key or token was not accepted.',
	forbidden:
		'Check the credential: its key may not do this, unless a proxy or firewall blocks the call.',

	paused: 'Resume the deployment in its settings on the Convex dashboard.',
	disabled: 'Open the deployment on the Convex dashboard to see why it is stopped.',
	noDeployment: `${CHECK_URL}: there is no Convex deployment at this address, or it was deleted.`,
	outage: {
		help: 'Convex could not complete the call; status.convex.dev shows known outages.',
		repeat: LATER,
	},
	serverTimedOut:
		'The function took longer than the server waits (300 seconds). Give it less to do per call.',

	redirected:
		"Put the deployment's own address into the credential's 'Deployment URL'. Redirects are not followed, so that the key is sent nowhere else.",
	foreignOutage: {
		help: `Convex, or a proxy or another server in its place, could not complete the call; status.convex.dev shows known outages. ${CHECK_URL}, and what is between n8n and the deployment.`,
		repeat: LATER,
	},
	notConvex: `${CHECK_URL}: it may point to a website or a sign-in page of a proxy instead of a Convex deployment.`,
	blocked:
		'A proxy or firewall between n8n and the deployment blocks the call, not the deploy key or the function. Its log says why.',
	proxySignIn:
		"The proxy needs a user name and password of its own. Put them into n8n's proxy settings (HTTPS_PROXY).",
	headersTooLarge:
		"A proxy in front of the deployment does not take headers of this size: the credential's token, or the user in 'Act as User', is too long for it.",
	cutOff: { help: 'The connection broke while the result arrived.', repeat: LATER },

	uploadUrlExpired:
		'An upload URL holds for an hour and for its own deployment. Have it generated right before the upload, and compare the clocks of a self-hosted deployment.',
	contentChanged: {
		help: 'Something between n8n and the deployment changed the content of the file, or cut it off; its checksum (sha-256) shows that.',
		repeat: LATER,
	},
	fileNotFound:
		'The file was deleted, or it is one of another deployment or of a component. A storage ID is the _id of a document in the table _storage.',

	proxyUnreachable:
		"It is not the deployment, but the server that n8n's proxy settings name (HTTPS_PROXY, HTTP_PROXY). Correct them, or start the proxy.",
	noNetwork: "Check n8n's network.",
	clientCertificateWanted:
		'Let n8n reach the deployment without a client certificate, or through a proxy that has one.',
	certificateNotTrusted:
		'Give the server a certificate that n8n trusts, or make its authority known to n8n (environment variable NODE_EXTRA_CA_CERTS).',
	connectionBroken: { help: '', repeat: LATER },

	noLiveConnection:
		"A proxy or firewall between n8n and the deployment has to let WebSocket connections through. n8n's proxy settings (HTTPS_PROXY) apply to them only with NODE_USE_ENV_PROXY=1 in n8n's environment.",
	closedBeforeResult:
		"Watch a query that returns less: a large result may take longer than a proxy keeps a connection open, or than the minute after which Convex's client begins anew.",
	noResult:
		'A large result takes a while over a slow network: watch a query that returns less. Otherwise check in Convex what the query is doing.',
} satisfies Record<string, Advice | string>;

/**
 * The same for the Convex node, where it names an option, an operation or the items that only the node
 * has. Another surface needs words of its own for each of these reasons that it can meet.
 */
const NODE_ADVICE = {
	wrongType: "Choose the operation of the function's type, or 'Run by Path'.",
	httpAction:
		"HTTP actions are called by their own URL. Choose another function, or another 'Operation'.",
	badArguments:
		"The arguments do not match the function's validator. Compare 'Arguments' with it: names, types, and which are required. An int64 needs the argument type 'Int64', bytes need 'Bytes (Base64)' or 'Binary Field'.",
	notBase64:
		"Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end), or choose the type 'Binary Field' to send a file of the item.",
	argumentsTooLarge: 'Send less data per call, for example in several items.',
	convexError:
		"The function refused the call with a ConvexError: what that means is up to the app. On the error branch, its data is in 'details.errorData'.",
	writeConflict: {
		help: "Several mutations kept changing the same documents. Lower 'Concurrency', or have the function read less.",
		repeat: MORE_RETRIES,
	},
	snapshotGone:
		"Convex keeps a snapshot for a short time only. Read fewer items in a run, raise 'Concurrency', or turn 'Single Snapshot' off.",
	unavailable: {
		help: 'The errors of the items before say why.',
		repeat: 'Run the workflow again for the remaining items when the deployment is back.',
	},
	runStopped: { help: '', repeat: 'Run the workflow again.' },
	sessionInactive:
		"In a session, each mutation waits for those before it. Check in Convex what the function is doing, or set the option 'Delivery' to 'HTTP'.",
	connectionKeepsClosing:
		"If Convex says that it has too much to do, send fewer calls at this time. Otherwise send less data per call, or set the option 'Delivery' to 'HTTP'.",
	liveConnectionRefused:
		"Check the credential, or set the option 'Delivery' to 'HTTP', whose errors say more.",
	cancelled: {
		help: "The time limit is set in the workflow's settings ('Timeout Workflow').",
		repeat: 'Run the workflow again.',
	},
} satisfies Record<string, Advice | string>;

/** The same for what any request can meet, not only one that calls a function. */
const NODE_REQUEST_ADVICE = {
	timedOut: "Raise 'Timeout' in the node's options if the function takes long.",
	overloaded: {
		help: "The deployment is at the limit of its plan. Send fewer calls at a time: lower 'Concurrency' or, for queries, 'Batch Size'.",
		repeat: MORE_RETRIES,
	},
	rateLimited: {
		help: "A proxy in front of the deployment limits how often it is called. Send fewer calls at a time (lower 'Concurrency' or, for queries, 'Batch Size'), or raise the proxy's limit.",
		repeat: MORE_RETRIES,
	},
	requestTooLarge:
		"A proxy in front of the deployment limits the size of a call. Send less data per call, for example in several items, or raise the proxy's limit.",
} satisfies Record<string, Advice | string>;

/** For the requests of a trigger, of a form and of the credential's test: no option applies to them. */
export const REQUEST_ADVICE = {
	timedOut: `${CHECK_URL}, that the deployment is running, and that nothing between n8n and it holds requests back.`,
	overloaded: { help: 'The deployment is at the limit of its plan.', repeat: LATER },
	rateLimited: {
		help: 'A proxy in front of the deployment limits how often it is called.',
		repeat: "Try again later, or raise the proxy's limit.",
	},
	requestTooLarge:
		"A proxy in front of the deployment limits the size of a call. Raise the proxy's limit.",
} satisfies Record<keyof typeof NODE_REQUEST_ADVICE, Advice | string>;

/** For what only HTTP actions answer with: what an answer means is up to the app. */
const ANSWER_ADVICE = {
	routeNotFound:
		"Check 'Path' and the method: /tasks and /tasks/ are different routes, and the app's httpPrefix is part of the path. The Functions page of the Convex dashboard lists the routes.",
	noHttpActions:
		'Define the routes in convex/http.ts and deploy the app with `npx convex deploy`. If it has routes, check that the credential is for this deployment.',
	refusedByAction:
		"What the status means is up to the app, in convex/http.ts; 'details.body' has the answer, unless it is empty. To get such answers as results, switch on the option 'Accept Any Status'.",
	signInWanted:
		"The route wants to know who calls. Set 'Authentication' to 'Bearer Token', with a credential that has one, or send the header that the app expects.",
	answeredWithPage:
		"The app, or a proxy or a firewall in its place, answered with the page, which 'details.body' has; the Logs page of the Convex dashboard shows whether the request arrived. If it is the app's, the option 'Accept Any Status' gives such answers as results.",
	actionOutage: {
		help: 'The app, Convex, or a proxy in its place could not complete the request; the Logs page of the Convex dashboard shows whether it arrived.',
		repeat: LATER,
	},
	notAsAnnounced:
		"The answer is not what 'Response' or its content type says. To see what came, set 'Response' to 'Text', or to 'File' if it is no text.",
	answerCutOff:
		'The HTTP action failed while it answered, its answer is longer than 20 MiB, or the connection broke. The Logs page of the Convex dashboard says which.',
	unknownSiteUrl:
		"Set the credential's 'Site URL' to the HTTP Actions URL of the deployment (Convex dashboard, Settings → URL & Deploy Key). With a deploy key, the node asks the deployment for it.",
} satisfies Record<string, Advice | string>;

export const ADVICE = {
	...SHARED_ADVICE,
	...NODE_ADVICE,
	...NODE_REQUEST_ADVICE,
	...ANSWER_ADVICE,
};

/** A reason for which the failure's advice names what only the Convex node has. */
export type NodeReason = keyof typeof NODE_ADVICE | keyof typeof NODE_REQUEST_ADVICE;

/** A reason that has advice of its own; each failure with it gets the same. */
export type AdvisedReason = keyof typeof ADVICE;

/**
 * Why a call did not succeed, for code and workflows that have to tell failures apart: `details.reason`
 * of an item is public API.
 *
 * - `thrown`: the function threw. `hidden`: something happened in it that the deployment does not say.
 * - `invalidParameter`, `invalidCredential`: a field is refused before anything is sent.
 * - `importFailed`: Convex could not carry out an import. `keyIndexDiffers`: it would have to drop an index.
 * - `other`: nothing has to tell it from others; its own text says all.
 */
export type FailureReason =
	| AdvisedReason
	| 'thrown'
	| 'hidden'
	| 'invalidParameter'
	| 'invalidCredential'
	| 'importFailed'
	| 'keyIndexDiffers'
	| 'other';

/** What helps on a surface, by the reason; a reason that is not there has the failure's own advice. */
export type AdviceTable = Partial<Record<FailureReason, Advice | string>>;

/** For requests to HTTP actions, which have an address of their own. */
export const HTTP_ACTION_ADVICE = {
	...addressAdvice(
		"Check the 'Site URL' of the credential, and its 'Deployment URL' if it has none",
	),
	redirected:
		"Redirects are not followed, so that nothing leads elsewhere. If the app answers so, switch on the options 'Accept Any Status' and 'Include Status and Headers' to get the address; otherwise check the credential's 'Site URL'.",
	timedOut: "Raise 'Timeout' in the node's options if the HTTP action takes long.",
	overloaded: {
		help: "The deployment is at the limit of its plan. Lower 'Concurrency'.",
		repeat:
			"You can also set the option 'Retry' to 'If Not Run', or raise 'Maximum Retries' where it is.",
	},
} satisfies AdviceTable;
