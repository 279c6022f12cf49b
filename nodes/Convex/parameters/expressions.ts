import { isPlainObject } from '../convex/values/plainObject';
import { readsLikeExpression } from '../convex/values/expressionText';
import { codeOf } from './expressionCode';

/**
 * Whether a parameter, or anything in it, is an expression: one that is none is the same for all items.
 *
 * @param parameter as it is stored with the node; n8n marks an expression by a `=` in front
 */
export function hasExpression(parameter: unknown): boolean {
	const unseen = [parameter];
	while (unseen.length > 0) {
		const next = unseen.pop();
		if (typeof next === 'string' && next.startsWith('=')) return true;
		if (typeof next !== 'object' || next === null) continue;
		for (const part of Object.values(next)) unseen.push(part);
	}
	return false;
}

/**
 * Whether an expression gives a field of a parameter, by itself or with all of them. A name may have any
 * character, a point too.
 *
 * @param parameter as it is stored with the node
 */
export function fieldHasExpression(parameter: unknown, name: string): boolean {
	return hasExpression(expressionsOf(parameter, name));
}

/** Whether an expression of the workflow does, which was not merely emptied: `isMeantToBeGiven`. */
export function isFieldMeantToBeGiven(parameter: unknown, name: string): boolean {
	const expressions = expressionsOf(parameter, name);
	return isComputed(expressions) && isMeantToBeGiven(expressions);
}

function expressionsOf(parameter: unknown, name: string): unknown {
	if (!isPlainObject(parameter)) return parameter;
	return Object.hasOwn(parameter, name) ? parameter[name] : undefined;
}

/**
 * Whether an expression of the workflow is to give a parameter's value, which is meant to be there then.
 * A model that leaves a value out gives an empty text by `$fromAI()`.
 *
 * @param parameter as it is stored with the node
 */
export function isMeantToBeGiven(parameter: unknown): boolean {
	return hasExpression(parameter) && !/\$fromAI\(/i.test(JSON.stringify(parameter));
}

/**
 * Whether a value is computed: a text without braces stays as it is, also where expressions may stand.
 *
 * @param parameter as it is stored with the node
 */
export function isComputed(parameter: unknown): boolean {
	return hasExpression(parameter) && JSON.stringify(parameter).includes('{{');
}

const CLOCK = /\$(?:now|today)\b|\bnew Date\(\s*\)|\bDate(?:Time)?\.(?:now|local|utc)\(\s*\)/;

/** What gives the same for the same. */
const PURE_NAMES: ReadonlySet<string> = new Set(
	'$now $today $if $ifEmpty $not $min $max $average $jmespath $jmesPath'.split(' '),
);

/**
 * Whether a parameter, or anything in it, has another value at another time, and nothing else decides it.
 *
 * @param parameter as it is stored with the node
 */
export function readsClockOnly(parameter: unknown): boolean {
	const code = expressionsIn(parameter).map(codeOf);
	const names = code.flatMap((expression) => expression.match(/\$\w*/g) ?? []);
	return (
		code.some((expression) => CLOCK.test(expression)) &&
		names.every((name) => PURE_NAMES.has(name)) &&
		!code.some((expression) => OBSCURE.test(expression))
	);
}

function expressionsIn(parameter: unknown): string[] {
	if (typeof parameter === 'string') return parameter.startsWith('=') ? [parameter.slice(1)] : [];
	if (typeof parameter !== 'object' || parameter === null) return [];
	return Object.values(parameter).flatMap(expressionsIn);
}

/**
 * Whether a parameter is one expression and nothing else. With blanks around it, n8n makes text of what
 * it gives. One with two braces within it is not known to be whole.
 *
 * @param parameter as it is stored with the node
 */
export function wholeExpression(parameter: unknown): 'alone' | 'amongBlanks' | undefined {
	const [, before, after] =
		typeof parameter === 'string'
			? (/^=(\s*)\{\{(?:(?!\}\}).)*\}\}(\s*)$/s.exec(parameter) ?? [])
			: [];
	if (before === undefined || after === undefined) return undefined;
	return before === '' && after === '' ? 'alone' : 'amongBlanks';
}

/**
 * Whether a text reads like one with an expression in it, and is not marked as one.
 *
 * @param parameter as it is stored with the node
 */
export function isUnevaluated(parameter: unknown): boolean {
	return (
		typeof parameter === 'string' && !parameter.startsWith('=') && readsLikeExpression(parameter)
	);
}

/**
 * What an expression may name without being about an item (n8n-workflow workflow-data-proxy and
 * extensions). `$parameter` is not among them: it evaluates another parameter for the item.
 */
const OF_ALL_ITEMS: ReadonlySet<string> = new Set(
	`$now $today $vars $env $workflow $execution $executionId $resumeWebhookUrl $evaluation $prevNode
	$runIndex $thisRunIndex $mode $nodeVersion $nodeId $webhookId $agentInfo
	$if $ifEmpty $not $min $max $average $jmespath $jmesPath`.split(/\s+/),
);

/** Other nodes, and the input as a whole, give what is the same for all items. */
const WHOLE_OUTPUT =
	/(?:\$\((?:'[^']*'|"[^"]*")\)|\$input)\s*\??\.\s*(?:(?:first|last|all)\(|(?:params|isExecuted)\b)|\$items\(/g;

/** The engine's own object, from which anything can be read; and a name that is written in disguise. */
const OBSCURE = /(?<![.\w$])this\b|\\u/;

/**
 * Whether a parameter, or anything in it, may have another value for each item. An expression is taken
 * for one of the item unless all that it names is known to be the same for all of them.
 *
 * @param parameter as it is stored with the node
 */
export function readsItem(parameter: unknown): boolean {
	return expressionsIn(parameter).some(namesItem);
}

function namesItem(expression: string): boolean {
	const others = codeOf(expression).replace(WHOLE_OUTPUT, '');
	const names = others.match(/\$\w*/g) ?? [];
	return names.some((name) => !OF_ALL_ITEMS.has(name)) || OBSCURE.test(others);
}
