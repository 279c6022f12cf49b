import { inputFailure } from '../convex/failure';
import { parseJsonText, type JsonAdvice } from '../convex/values/jsonText';
import { isUnevaluated } from './expressions';
import type { ParameterReader } from './parameterReader';

/** A parameter for JSON. */
interface JsonParameter {
	name: string;
	/** The parameter in a sentence, e.g. "'Arguments (JSON)'". */
	subject: string;
	advice: JsonAdvice;
	/** What holds while there is no value. */
	unset?: string;
}

/**
 * The value of a parameter for JSON: a text is parsed, anything else that an expression gives is taken
 * as it is.
 *
 * @throws ConvexFailure (`input`) naming the parameter, also for one that holds an expression which n8n
 * does not evaluate: it would be stored, or looked up, as it is written
 */
export function readJsonParameter(
	context: ParameterReader,
	{ name, subject, advice, unset }: JsonParameter,
	itemIndex: number,
): unknown {
	const given = context.getNodeParameter(name, itemIndex, unset);
	if (typeof given !== 'string') return given;
	checkEvaluated(context, { name, subject });
	return parseJsonText(subject, given, advice);
}

/** @throws ConvexFailure (`input`) for a text that holds an expression which n8n does not evaluate */
export function checkEvaluated(
	context: ParameterReader,
	{ name, subject }: Pick<JsonParameter, 'name' | 'subject'>,
): void {
	if (!isUnevaluated(context.stored(name))) return;
	throw inputFailure(
		`${subject} holds an expression, but is set to Fixed`,
		'Set it to Expression, or put = in front of the text in code. To send such a text as it is, have an item bring it.',
	);
}
