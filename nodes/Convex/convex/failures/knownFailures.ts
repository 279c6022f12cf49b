import type { FailureKind, FailureOutcome } from '../failure';

interface KnownFailure {
	text: RegExp;
	kind: FailureKind;
	outcome: FailureOutcome;
	description: (match: RegExpExecArray) => string;
}

/** The types of functions in Convex's sentences, which are the names of the node's operations too. */
const FUNCTION_TYPES = new Set(['Query', 'Mutation', 'Action']);

export const FUNCTION_NOT_FOUND = /^Could not find (?:public )?function/;

const LIMIT_HELP =
	'The function did more than Convex allows in one call (docs.convex.dev/production/state/limits). Give it less to do per call, for example fewer rows.';

/** Of a function that cannot be called as it is deployed. */
const NEEDS_DEPLOYMENT =
	'This has to be mended in the Convex app. Then deploy it again with `npx convex deploy`.';

/**
 * Failures that Convex itself reports in the place of the function's, each by how its text begins.
 * Sources: convex-backend crates/udf/src/{validation,helpers}.rs, crates/application/src/lib.rs,
 * crates/roles/src/eval.rs, crates/isolate/src/{termination,timeout,helpers,execution_scope}.rs,
 * crates/isolate/src/environment/udf/mod.rs, crates/model/src/modules/user_error.rs,
 * crates/node_executor/src/executor.rs, npm-packages/node-executor/src/executor.ts. A nested call's
 * failure begins with "Uncaught" and is the function's own.
 */
export const KNOWN_FAILURES: KnownFailure[] = [
	{
		text: FUNCTION_NOT_FOUND,
		kind: 'function',
		outcome: 'notExecuted',
		description: () =>
			"Check the spelling of 'Function', that the function is deployed to this deployment, and that it is public: internal functions need a credential with a deploy key.",
	},
	{
		text: /^Trying to execute \S+ as \w+, but it is defined as (\w+)/,
		kind: 'function',
		outcome: 'notExecuted',
		description: ([, type = '']) =>
			FUNCTION_TYPES.has(type)
				? `Set 'Operation' to '${type}', or to 'Run by Path', which takes every type.`
				: "HTTP actions are called by their own URL. Choose another function, or another 'Operation'.",
	},
	{
		text: /^(?:ArgumentValidationError|Invalid arguments for)/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () =>
			"The arguments do not match the function's validator. Compare 'Arguments' with it: names, types, and which are required. An int64 needs the argument type 'Int64', bytes need 'Bytes (Base64)' or 'Binary Field'.",
	},
	{
		text: /^(?:Arguments for .* are too large|Node actions arguments size is too large)/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () => 'Send less data per call, for example in several items.',
	},
	{
		text: /^ReturnsValidationError/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			"The function's result does not match its 'returns' validator. This has to be mended in the Convex function.",
	},
	{
		text: /^Function .* return value is too large/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			'The function returns more than Convex hands on. Have it return less, for example fewer rows or fields, or page by page.',
	},
	{
		text: /^(?:Function .* (?:return value invalid|failed\. Could not parse return value)|Action `.*` did not return)/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			'The function returns something that is no Convex value (docs.convex.dev/database/types). This has to be mended in the Convex function.',
	},
	{
		text: /^ConvexError with invalid data/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			'The function threw a ConvexError with data that is no Convex value. This has to be mended in the Convex function.',
	},
	{
		text: /^Returned promise will never resolve/,
		kind: 'function',
		outcome: 'failed',
		description: () =>
			'The function waits for something that never comes, such as a promise that nothing resolves. This has to be mended in the Convex function.',
	},
	{
		text: /^(?:Couldn't find |Invalid module path|Top-level awaits in source files are unsupported|Function .* is (?:neither a query or mutation|registered as a )|Convex functions at or below version )/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () => NEEDS_DEPLOYMENT,
	},
	{
		text: /^You do not have permission to perform this operation(?: \(([\w:]+)\))?/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: ([, permission]) =>
			permission === undefined
				? 'Use a deploy key that has this permission.'
				: `Use a deploy key that has the permission '${permission}'.`,
	},
	{
		text: /^Component path .* not found/,
		kind: 'function',
		outcome: 'notExecuted',
		description: () => 'Check the name of the component in convex.config.ts.',
	},
	{
		text: /^Cannot run functions while this deployment is paused/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: () => 'Resume the deployment in its settings on the Convex dashboard.',
	},
	{
		text: /^(?:You have exceeded (?:the free plan|your spending) limits|This deployment has been disabled|Cannot run functions while this deployment)/,
		kind: 'deployment',
		outcome: 'notExecuted',
		description: () => 'Open the deployment on the Convex dashboard to see why it is stopped.',
	},
	{
		text: /^(?:Function execution (?:unexpectedly )?timed out|Your request timed out performing too many system operations|JavaScript execution ran out of memory)/,
		kind: 'function',
		outcome: 'failed',
		description: () => LIMIT_HELP,
	},
];

interface KnownThrow {
	text: RegExp;
	help: string;
}

/**
 * What Convex throws inside a function, by how the text goes on behind "Uncaught Error: ", and what to
 * do about it. They are the function's own failures: it may catch them. Some are found out only
 * when a mutation commits, and come without "Uncaught". Sources: convex-backend
 * crates/database/src/{reads,writes,snapshot_manager}.rs, crates/database/src/query/mod.rs,
 * crates/value/src/{array,object,size}.rs, crates/common/src/{document.rs,schemas/mod.rs},
 * crates/model/src/scheduled_jobs, crates/isolate/src/environment/udf.
 */
export const KNOWN_THROWS: KnownThrow[] = [
	{
		text: /^(?:Too many (?:documents read|bytes read|reads|writes|bytes written) in a single function execution|Too many (?:system document writes|bytes written in system tables) in a single transaction|Too many functions scheduled by this mutation|Too large total size of the arguments of scheduled functions|(?:Search query|Query) scanned too (?:many|much)|Requested too many items|Search query against .* has too many filter conditions|Audit logs exceed function execution limits|Action `.*` execution timed out)/,
		help: LIMIT_HELP,
	},
	{
		text: /^(?:Value is too (?:large|nested)|Document is too nested|Array length is too long|Object has too many fields)/,
		help: 'A value is larger than Convex takes (docs.convex.dev/production/state/limits). Send less per value, or have the function keep it in several documents.',
	},
	{
		text: /^(?:Failed to insert or update a document in table|(?:New document|Document with ID) .* does not match the schema)/,
		help: "The document does not match the table's schema in convex/schema.ts. Compare 'Arguments' with it.",
	},
	{
		text: /^Documents read from or written to the .* changed while this mutation was being run/,
		help: "Several mutations kept changing the same documents. Lower 'Concurrency', or have the function read less.",
	},
	{
		text: /^Cross component call depth limit exceeded/,
		help: 'The function calls itself without end. This has to be mended in the Convex function.',
	},
];
