import { isOverload } from '../../convex/failures/callOutcome';
import { ConvexFailure, inputFailure } from '../../convex/failure';

interface TriggerWords {
	fits: (failure: ConvexFailure) => boolean;
	description: string;
}

const says = (text: RegExp): TriggerWords['fits'] => {
	return ({ message }) => text.test(message);
};

/** What to do about a failure that the Convex node has other words for: of its items and options. */
const TRIGGER_WORDS: TriggerWords[] = [
	{
		fits: says(/^Trying to execute \S+ as Query, but it is defined as/),
		description: "Only queries can be watched. Choose a query in 'Function'.",
	},
	{
		fits: says(/^(?:ArgumentValidationError|Invalid arguments for)/),
		description:
			"The arguments do not match the query's validator. Compare 'Arguments' with it: names, types, and which are required. An int64 needs the argument type 'Int64', bytes need 'Bytes (Base64)'.",
	},
	{
		fits: says(/^Arguments for .* are too large/),
		description: "Give the query less in 'Arguments'.",
	},
	{
		fits: says(/ is not base64$/),
		description: 'Encode the bytes in base64 (A-Z, a-z, 0-9, +, / and = at the end).',
	},
	{
		fits: says(/The deployment did not answer within \d+ ms$/),
		description:
			'Check that the deployment is running, and that nothing between n8n and it holds requests back.',
	},
	{
		fits: ({ details }) => details.kind === 'application',
		description: 'The query threw a ConvexError: what that means is up to the app.',
	},
	{
		fits: ({ details: { kind, httpStatus, code } }) =>
			kind === 'deployment' && httpStatus !== undefined && isOverload(httpStatus, code),
		description: 'The deployment is doing as much as its plan allows. Call it less at this time.',
	},
];

/** A failure in the words of the trigger's own parameters. */
export function watchFailure(failure: ConvexFailure): ConvexFailure {
	const words = TRIGGER_WORDS.find(({ fits }) => fits(failure));
	return words === undefined
		? failure
		: new ConvexFailure(failure.message, words.description, failure.details);
}

/** Whether the parameters have to be changed: waiting for another result would not help. */
export function isWrongConfiguration({ details: { kind, outcome } }: ConvexFailure): boolean {
	return kind === 'input' || (kind === 'function' && outcome === 'notExecuted');
}

/** n8n did not take over the start of the workflow. */
export function notStarted({ message }: ConvexFailure): ConvexFailure {
	return inputFailure(
		`n8n did not start the workflow: ${message}`,
		'Look into the log of n8n. The change is not lost: it is told again until the workflow starts.',
	);
}

/** The failure of a trigger that ends because its credential is refused. */
export function endingTrigger({ message, details }: ConvexFailure): ConvexFailure {
	return new ConvexFailure(
		message,
		'Correct the credential, then publish the workflow again: with a refused credential the trigger ends.',
		details,
	);
}

/** The failure of a trigger that stays subscribed, in its words. */
export function goingOn(failure: ConvexFailure): ConvexFailure {
	const { message, description, details } = watchFailure(failure);
	return new ConvexFailure(
		message,
		`${description} The trigger keeps watching, and goes on by itself as soon as it can.`,
		details,
	);
}
