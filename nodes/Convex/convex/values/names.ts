import { inputFailure } from '../failure';

/**
 * The names of a list without those that are empty. Between typed commas a blank is no more than that; an
 * expression that gives nothing among other names gives none where one was meant.
 *
 * @param subject the list in a sentence, e.g. "'Key Fields'"
 * @param areComputed whether an expression gives them
 * @throws ConvexFailure (`input`) for an empty one among those of an expression
 */
export function withoutEmptyNames(
	subject: string,
	names: readonly string[],
	areComputed: boolean,
): string[] {
	const given = names.filter((name) => name !== '');
	if (!areComputed || given.length === 0 || given.length === names.length) return given;
	throw inputFailure(
		`${subject} has an empty name in it: an expression gives nothing, or there is a comma too many`,
		'Correct the expression, or leave that name or comma out.',
	);
}
