import type { INodeProperties } from 'n8n-workflow';
import { ADVICE, type AdvisedReason } from '../../../../nodes/Convex/convex/advice';
import {
	ConvexFailure,
	failureOf,
	type FailureDetails,
} from '../../../../nodes/Convex/convex/failure';
import { dataFailure, SYSTEM_ADVICE } from '../../../../nodes/Convex/convex/failures/dataFailure';
import {
	DOCUMENT_OPERATIONS,
	documentOptionsDescription,
} from '../../../../nodes/Convex/parameters/document/documentOptions';
import {
	FILE_OPERATIONS,
	fileOptionsDescription,
} from '../../../../nodes/Convex/parameters/file/fileOptions';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';

const DETAILS: FailureDetails = { kind: 'deployment', outcome: 'notExecuted' };

/** Of which an option of some operation is the remedy. */
const OPTION =
	/'(?:Timeout|Concurrency|Batch Size|Page Size|Maximum Retries|Act as User|Delivery)'/g;

/** Nothing that comes of a request for documents or files. */
const OF_CALLS_ONLY: AdvisedReason[] = [
	...(['functionNotFound', 'wrongType', 'httpAction', 'badArguments'] as const),
	...(['snapshotGone', 'sessionInactive', 'connectionKeepsClosing', 'endlessCalls'] as const),
	...(['liveConnectionRefused', 'refusedByAction', 'answeredWithPage', 'badResult'] as const),
	...(['resultNotSupported', 'errorDataNotSupported', 'neverResolves', 'schemaMismatch'] as const),
	...(['valueTooLarge', 'notBase64', 'blocked', 'badFunctionPath'] as const),
	...(['routeNotFound', 'noHttpActions', 'notAsAnnounced', 'answerCutOff'] as const),
];

const reasons = Object.keys(ADVICE)
	.filter((key): key is AdvisedReason => key in ADVICE)
	.filter((reason) => !OF_CALLS_ONLY.includes(reason));

function optionsOf(form: INodeProperties, operation: string): string[] {
	return (form.options ?? []).flatMap((option) => {
		if (!('displayOptions' in option) && !('displayName' in option)) return [];
		const shown = 'displayOptions' in option ? option.displayOptions?.show : undefined;
		const operations = shown?.['/operation'];
		const isShown = operations === undefined || operations.includes(operation);
		return isShown && 'displayName' in option ? [option.displayName] : [];
	});
}

describe.each([
	['document', DOCUMENT_OPERATIONS, documentOptionsDescription],
	['file', FILE_OPERATIONS, fileOptionsDescription],
] as const)('the advice for a failure of the resource %s', (resource, operations, form) => {
	it.each(operations)('names only what %s has', (operation) => {
		const options = optionsOf(form, operation).map((name) => `'${name}'`);
		expect(options).toContain("'Timeout'");
		for (const reason of reasons) {
			const failure = failureOf(reason, 'It broke', DETAILS);
			const { description } = dataFailure(failure, { resource, operation });
			for (const [option] of description.matchAll(OPTION)) expect(options).toContain(option);
			expect([reason, description]).not.toEqual([
				reason,
				expect.stringMatching(/'(?:Function|Arguments)'|the function|mutation/i),
			]);
		}
	});
});

it('what was said of a failure in particular stays', () => {
	const own = new ConvexFailure('It took long', "Raise 'Time Limit'.", DETAILS, 'timedOut');
	const of = { resource: 'document', operation: 'import' };
	expect(dataFailure(own, of)).toBe(own);
	const more = new ConvexFailure(
		'm',
		`Look here. ${ADVICE.overloaded.help}`,
		DETAILS,
		'overloaded',
	);
	expect(dataFailure(more, of).advice.help).toBe(
		`Look here. ${SYSTEM_ADVICE.overloaded.help} Have fewer workflows use it at the same time.`,
	);
	expect(dataFailure(more, { operation: 'query' })).toBe(more);
});

it('a function of Convex is no function of the app, and what became of its effects is said', () => {
	const failure = functionFailure({
		operation: 'mutation',
		errorMessage: 'Function execution timed out (maximum duration: 1s)',
		errorData: undefined,
		logLines: [],
	});
	const { description } = dataFailure(failure, { resource: 'file', operation: 'delete' });
	expect(description).toMatch(/^The request would .* Nothing was written: a mutation that fails/);
});
