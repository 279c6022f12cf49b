import { inputFailure } from '../failure';
import { describeType } from '../values/plainObject';
import type { EncodedArguments } from '../values/encodeArguments';

const HELP =
	"Leave the field out ('Fields to Send' → 'All Except'), and Convex sets it. Or keep what it was in Convex.";

/**
 * The id and the time of a row that takes the place of a document.
 *
 * @param source the row in a sentence
 * @throws ConvexFailure (`input`) for what is neither missing nor from Convex
 */
export function systemFieldsOf(
	source: string,
	id: unknown,
	creationTime: unknown,
): EncodedArguments {
	if (isGiven(id) && typeof id !== 'string') {
		throw inputFailure(`${source}: '_id' is ${describeType(id)}, not the ID of a document`, HELP);
	}
	const isTime =
		typeof creationTime === 'number' && Number.isFinite(creationTime) && creationTime > 0;
	if (isGiven(creationTime) && !isTime) {
		throw inputFailure(
			`${source}: '_creationTime' is ${describeType(creationTime)} that is no time in milliseconds`,
			HELP,
		);
	}
	return {
		...(typeof id === 'string' && id !== '' && { _id: id }),
		...(isTime && { _creationTime: creationTime }),
	};
}

function isGiven(value: unknown): boolean {
	return value !== undefined && value !== null && value !== '';
}
