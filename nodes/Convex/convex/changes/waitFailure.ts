import type { JSONValue } from 'convex/values';
import { REQUEST_ADVICE, type AdviceTable } from '../advice';
import { orderOf, type Expected } from '../values/comparison';
import { durationInWords } from '../values/duration';
import { ConvexFailure } from '../failure';
import { fieldAt, quotedPath } from '../values/fieldPath';
import { toPlainJson } from '../values/plainJson';
import { isPlainObject } from '../values/plainObject';
import { listed, quote, quoteStart, shortened, textStart } from '../values/quote';
import type { Comparison, WaitCondition } from './waitCondition';

/** An item of the error branch is saved with its execution, and there may be thousands. */
const MAX_LAST_VALUE_LENGTH = 16_384;

const ADVICE = "Raise 'Timeout' in the node's options to wait longer.";
const ADVICE_WITH_RESULT = `${ADVICE} On the error branch, the last result is in 'details.lastValue'.`;

/**
 * The failure of a wait whose time is over.
 *
 * @param last the last result, in Convex's encoded JSON; undefined where there was none
 * @param cause why the deployment could not be asked of late, if so
 */
export function waitTimedOut(
	condition: WaitCondition,
	last: { value: JSONValue } | undefined,
	timeoutMs: number,
	cause: ConvexFailure | undefined,
): ConvexFailure {
	const time = durationInWords(timeoutMs);
	const [what, help] =
		last === undefined
			? [`No result came within ${time}`, ADVICE]
			: [sentence(condition, last, time), `${fieldAdvice(condition, last)}${ADVICE_WITH_RESULT}`];
	return new ConvexFailure(
		cause === undefined ? what : `${what}. ${cause.message}`,
		{ help, repeat: 'Waiting again changes nothing in Convex.' },
		{ kind: 'timeout', retryable: true, outcome: 'failed' },
		'timedOut',
	);
}

function sentence(condition: WaitCondition, { value }: { value: JSONValue }, time: string): string {
	if (condition.waitUntil === 'changed') return `The result did not change within ${time}`;
	if (condition.waitUntil === 'notEmpty') return `The result was still empty after ${time}`;
	const { steps } = condition;
	const field = steps.length === 0 ? 'The result' : quotedPath(steps);
	const found = fieldAt(value, steps);
	return found.status === 'found'
		? `${field} was still ${excerpt(found.value)} after ${time}`
		: `${field} was still not in the result after ${time}`;
}

/** The field may be mistyped, or stand in a part of the result. */
function fieldAdvice(condition: WaitCondition, { value }: { value: JSONValue }): string {
	if (condition.waitUntil !== 'field') return '';
	const found = fieldAt(value, condition.steps);
	if (found.status === 'found') return comparisonAdvice(condition.comparison, found.value);
	if (!isPlainObject(value)) return '';
	const names = listed(Object.keys(value), ', ', shortened) || 'none';
	return `Check the name of the field: the fields of the result are ${names}. `;
}

/** What was typed may be what no field can ever be. */
function comparisonAdvice(comparison: Comparison, actual: JSONValue): string {
	if (comparison.operator === 'exists') return '';
	const { expected } = comparison;
	const typed = [expected].flat().filter((each) => each.kind === 'text');
	const inQuotes = typed.find(({ text }) => /^\s*(["']).*\1\s*$/s.test(text));
	if (inQuotes !== undefined) {
		return `The quotation marks of ${shortened(inQuotes.text)} count: write it without them. `;
	}
	const isNumber = typeof actual !== 'string' && orderOf(actual, asItIs(actual)) === 0;
	const isNone = typed.find((each) => isNumber && orderOf(actual, each) === undefined);
	return isNone === undefined
		? ''
		: `${quote(isNone.text)} is no number: write digits with a period, e.g. 4.5. `;
}

function asItIs(value: JSONValue): Expected {
	return { kind: 'value', value };
}

function excerpt(value: JSONValue): string {
	return quoteStart(JSON.stringify(toPlainJson(value))).slice(1, -1);
}

/** The last result of a wait, for the details of its failure: the start of its JSON where it is long. */
export function shownLastValue(value: JSONValue): JSONValue {
	const json = JSON.stringify(value);
	return json.length <= MAX_LAST_VALUE_LENGTH ? value : textStart(json, MAX_LAST_VALUE_LENGTH);
}

const ONLY_QUERIES = "Only queries can be watched. Choose a query in 'Function'.";

/** In the words of a wait, which has fewer options than a call. */
const WAIT_ADVICE: AdviceTable = {
	wrongType: ONLY_QUERIES,
	httpAction: ONLY_QUERIES,
	timedOut: REQUEST_ADVICE.timedOut,
	overloaded: {
		...REQUEST_ADVICE.overloaded,
		help: "The deployment is at the limit of its plan. Lower 'Concurrency'.",
	},
	rateLimited: {
		...REQUEST_ADVICE.rateLimited,
		help: "A proxy in front of the deployment limits how often it is called. Lower 'Concurrency'.",
	},
	requestTooLarge: `${REQUEST_ADVICE.requestTooLarge} Or give less in 'Arguments'.`,
	argumentsTooLarge: "Give the query less in 'Arguments'.",
};

/** A failure in these words, unless it is that of a wait whose time is over. */
export function waitFailure(failure: ConvexFailure): ConvexFailure {
	return failure.details.kind === 'timeout' ? failure : failure.advisedBy(WAIT_ADVICE);
}
