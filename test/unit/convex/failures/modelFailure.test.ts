import { failureOf, inputFailure } from '../../../../nodes/Convex/convex/failure';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { httpActionFailure } from '../../../../nodes/Convex/convex/failures/httpActionFailure';
import { toModelFailure } from '../../../../nodes/Convex/convex/failures/modelFailure';

const thrown = (errorMessage: string, errorData?: string) =>
	toModelFailure(functionFailure({ operation: 'mutation', errorMessage, errorData, logLines: [] }))
		.message;

const deployment = { kind: 'deployment', outcome: 'notExecuted' } as const;

describe('a failure as a model gets it', () => {
	it('keeps what Convex said, and says which argument is missing', () => {
		const text = 'ArgumentValidationError: Object is missing the required field `title`.';
		expect(thrown(text)).toBe(
			`${text} Give 'title'. Correct the arguments and call the tool again; if the tool has no such argument, tell the user.`,
		);
	});

	it.each([
		['ArgumentValidationError: Object contains extra field `x`', "Leave 'x' out."],
		[
			'ArgumentValidationError: Value does not match validator.\nPath: .n\nValue: "5"\nValidator: v.float64()',
			'Give a number, not text with digits.',
		],
		[
			'ArgumentValidationError: Value does not match validator.\nPath: .id\nValue: "cake"\nValidator: v.id("tasks")',
			"Use an ID of 'tasks' that one of your tools gave.",
		],
	])('says how to correct %j', (text, help) => expect(thrown(text)).toContain(help));

	it('says nothing of parameters and options of the node where the model can act', () => {
		expect(thrown('ArgumentValidationError: no')).not.toMatch(/'Arguments'|option/);
		expect(thrown('Uncaught ConvexError: "sold out"', 'sold out')).toMatch(
			/sold out.*The app refused the call\./,
		);
	});

	it.each([
		['action', 'Uncaught Error: the mailer is down', true],
		['run', 'Function execution timed out (maximum duration: 600s)', true],
		['action', 'ArgumentValidationError: Object contains extra field `x`', false],
		['mutation', 'Uncaught Error: the mailer is down', false],
		['query', 'Uncaught Error: the mailer is down', false],
	] as const)(
		'warns of another call where the first may have left something behind: %s, %s',
		(operation, errorMessage, isWarned) => {
			const failure = functionFailure({
				operation,
				errorMessage,
				errorData: undefined,
				logLines: [],
			});
			const { message } = toModelFailure(failure.ofCall({ operation }));
			expect(message.includes('which another call does again')).toBe(isWarned);
		},
	);

	it.each([
		['POST', true],
		['GET', false],
	] as const)('warns of another %s request to an HTTP action: %s', (method, isWarned) => {
		const failure = httpActionFailure(method, { httpStatus: 400, text: 'no' });
		const { message } = toModelFailure(failure.ofCall({ operation: 'call', method }));
		expect(message.includes('which another call does again')).toBe(isWarned);
	});

	it('is short enough to be read, and still says that a call may have run', () => {
		const data = '😀'.repeat(250_000);
		const failure = failureOf('outage', data, {
			...deployment,
			outcome: 'unknown',
			retryable: false,
		}).ofCall({ operation: 'mutation' });
		const { message } = toModelFailure(failure);
		expect(message.length).toBeLessThan(6_000);
		expect(message.isWellFormed()).toBe(true);
		expect(message).toMatch(/^😀{2000}/u);
		expect(message).toContain('The function may have run: do not call it again before checking');
	});

	it('has the user told of what no argument changes, with what helps', () => {
		const failure = failureOf('deployKeyRefused', 'The key is refused', {
			...deployment,
			retryable: false,
		});
		expect(toModelFailure(failure).message).toBe(
			`The key is refused. Other arguments do not help: tell the user. ${failure.description}`,
		);
	});

	it('has a call repeated once where that is safe', () => {
		const failure = failureOf('outage', 'Down.', { ...deployment, retryable: true });
		expect(toModelFailure(failure).message).toBe(
			'Down. Call the tool once more; if it fails too, tell the user.',
		);
	});

	it('has none repeated that may have run', () => {
		const failure = failureOf('connectionBroken', 'It broke', {
			kind: 'network',
			outcome: 'unknown',
			retryable: false,
		}).ofCall({ operation: 'mutation', functionPath: 'a:b' });
		expect(toModelFailure(failure).message).toMatch(
			/do not call it again before checking that in Convex\. Tell the user what may have happened\.$/,
		);
	});

	it('says what a value has to be that was refused before anything was sent', () => {
		const failure = inputFailure("'Arguments' lacks 'title'", 'It has to be: string.');
		expect(toModelFailure(failure).message).toBe(
			"'Arguments' lacks 'title'. It has to be: string. Correct the arguments and call the tool again; if the tool has no such argument, tell the user.",
		);
	});

	it('keeps details, reason and advice for people', () => {
		const failure = inputFailure("'Document ID' is empty", 'Use the _id.');
		const { details, reason, description } = toModelFailure(failure);
		expect({ details, reason, description }).toEqual({
			details: failure.details,
			reason: 'invalidParameter',
			description: 'Use the _id.',
		});
	});
});
