import type { AdvisedReason } from '../advice';
import { refusedArgumentsHelp } from './refusedArguments';
import type { FailureKind, FailureOutcome } from '../failure';

interface KnownFailure {
	text: RegExp;
	reason: AdvisedReason;
	/** `notExecuted` unless given. */
	outcome?: FailureOutcome;
	/** `function` unless given. */
	kind?: FailureKind;
	/** What to do, where the text itself says more of it than its reason. */
	help?: (match: RegExpExecArray) => string | undefined;
}

/** What Convex says of a key that may not do what it is used for (crates/roles/src/eval.rs). */
export const PERMISSION_NEEDED = {
	text: /^You do not have permission to perform this operation(?: \(([\w:]+)\))?/,
	reason: 'permissionNeeded',
	kind: 'deployment',
	help: ([, permission]) =>
		permission && `Use a deploy key that has the permission '${permission}'.`,
} satisfies KnownFailure;

/**
 * Failures that Convex itself reports in the place of the function's, each by how its text begins.
 * Sources: convex-backend crates/udf/src/{validation,helpers}.rs, crates/application/src/lib.rs,
 * crates/roles/src/eval.rs, crates/isolate/src/{termination,timeout,helpers,execution_scope}.rs,
 * crates/isolate/src/environment/udf/mod.rs, crates/model/src/modules/user_error.rs,
 * crates/node_executor/src/executor.rs, npm-packages/node-executor/src/executor.ts. A nested call's
 * failure begins with "Uncaught" and is the function's own.
 */
export const KNOWN_FAILURES: KnownFailure[] = [
	{ text: /^Could not find (?:public )?function/, reason: 'functionNotFound' },
	{
		text: /^Trying to execute \S+ as \w+, but it is defined as HttpAction/,
		reason: 'httpAction',
	},
	{
		text: /^Trying to execute \S+ as \w+, but it is defined as (\w+)/,
		reason: 'wrongType',
		// Convex names the types of functions as the node names its operations.
		help: ([, type]) =>
			`Set 'Operation' to '${type}', or to 'Run by Path', which takes every type.`,
	},
	{
		text: /^(?:ArgumentValidationError|Invalid arguments for)/,
		reason: 'badArguments',
		help: ({ input }) => refusedArgumentsHelp(input),
	},
	{
		text: /^(?:Arguments for .* are too large|Node actions arguments size is too large)/,
		reason: 'argumentsTooLarge',
	},
	{ text: /^ReturnsValidationError/, reason: 'badResult', outcome: 'failed' },
	{ text: /^Function .* return value is too large/, reason: 'resultTooLarge', outcome: 'failed' },
	{
		text: /^(?:Function .* (?:return value invalid|failed\. Could not parse return value)|Action `.*` did not return)/,
		reason: 'resultNotSupported',
		outcome: 'failed',
	},
	{ text: /^ConvexError with invalid data/, reason: 'errorDataNotSupported', outcome: 'failed' },
	{ text: /^Returned promise will never resolve/, reason: 'neverResolves', outcome: 'failed' },
	{
		text: /^(?:Couldn't find |Invalid module path|Top-level awaits in source files are unsupported|Function .* is (?:neither a query or mutation|registered as a )|Convex functions at or below version )/,
		reason: 'notDeployable',
	},
	PERMISSION_NEEDED,
	{ text: /^Component path .* not found/, reason: 'componentNotFound' },
	{
		text: /^Cannot run functions while this deployment is paused/,
		reason: 'paused',
		kind: 'deployment',
	},
	{
		text: /^(?:You have exceeded (?:the free plan|your spending) limits|This deployment has been disabled|Cannot run functions while this deployment)/,
		reason: 'disabled',
		kind: 'deployment',
	},
	{
		text: /^(?:Function execution (?:unexpectedly )?timed out|Your request timed out performing too many system operations|JavaScript execution ran out of memory)/,
		reason: 'limitExceeded',
		outcome: 'failed',
	},
];

/**
 * What Convex throws inside a function, by how the text continues behind "Uncaught Error: ". They are
 * the function's own failures: it may catch them. Some are found out only when a mutation commits, and
 * come without "Uncaught". Sources: convex-backend
 * crates/database/src/{reads,writes,snapshot_manager}.rs, crates/database/src/query/mod.rs,
 * crates/value/src/{array,object,size}.rs, crates/common/src/{document.rs,schemas/mod.rs},
 * crates/model/src/scheduled_jobs, crates/isolate/src/environment/udf.
 */
export const KNOWN_THROWS: Array<Pick<KnownFailure, 'text' | 'reason'>> = [
	{
		text: /^(?:Too many (?:documents read|bytes read|reads|writes|bytes written) in a single function execution|Too many (?:system document writes|bytes written in system tables) in a single transaction|Too many functions scheduled by this mutation|Too large total size of the arguments of scheduled functions|(?:Search query|Query) scanned too (?:many|much)|Requested too many items|Search query against .* has too many filter conditions|Audit logs exceed function execution limits|Action `.*` execution timed out)/,
		reason: 'limitExceeded',
	},
	{
		text: /^(?:Value is too (?:large|nested)|Document is too nested|Array length is too long|Object has too many fields)/,
		reason: 'valueTooLarge',
	},
	{
		text: /^(?:Failed to insert or update a document in table|(?:New document|Document with ID) .* does not match the schema)/,
		reason: 'schemaMismatch',
	},
	{
		text: /^Documents read from or written to the .* changed while this mutation was being run/,
		reason: 'writeConflict',
	},
	{ text: /^Cross component call depth limit exceeded/, reason: 'endlessCalls' },
];
