import { ConvexFailure } from '../convex/failure';

const WRONG_TYPE = /^Trying to execute \S+ as Query, but it is defined as/;

/** The failure of a watched query, in the words of the trigger's own parameters. */
export function watchFailure(failure: ConvexFailure): ConvexFailure {
	return WRONG_TYPE.test(failure.message)
		? new ConvexFailure(
				failure.message,
				"Only queries can be watched. Choose a query in 'Function'.",
				failure.details,
			)
		: failure;
}

/** Whether the parameters have to be changed: waiting for another result would not help. */
export function isWrongConfiguration({ details: { kind, outcome } }: ConvexFailure): boolean {
	return kind === 'input' || (kind === 'function' && outcome === 'notExecuted');
}

/** The failure of a trigger that ends because its credential is refused. */
export function endingTrigger({ message, details }: ConvexFailure): ConvexFailure {
	return new ConvexFailure(
		message,
		'Correct the credential, then publish the workflow again: with a refused credential the trigger ends.',
		details,
	);
}

/** The failure of a trigger that stays subscribed. */
export function goingOn(failure: ConvexFailure): ConvexFailure {
	return new ConvexFailure(
		failure.message,
		`${failure.description} The trigger keeps watching, and goes on by itself as soon as it can.`,
		failure.details,
	);
}
