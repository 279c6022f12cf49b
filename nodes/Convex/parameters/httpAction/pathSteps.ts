/** As n8n ends an expression: at the first two braces. */
export const EXPRESSION = /\{\{.*?\}\}/gs;

/** A path ends at its query; in what takes the place of its star, any character is one of a name. */
type Kind = 'path' | 'rest';

const ENDS_PATH = { path: /[?#]/, rest: /(?!)/ };

/** Where a step begins; a path of the list has its method in front. */
const STEP_BEGINS = { path: /(?:^(?:[A-Z]+\s+)?|\/)$/, rest: /(?:^|\/)$/ };

const STEP_ENDS = { path: /^\s*(?:$|[/?#])/, rest: /^(?:$|\/)/ };

/** Whether a value leaves the step empty: nothing, the star of a route, or a query. */
function leavesEmpty(value: string, kind: Kind): boolean {
	const step = value.trim();
	if (step === '') return true;
	return kind === 'path' && (step === '*' || step.startsWith('?'));
}

/**
 * Whether an expression that is a step of a path by itself gives nothing, so that another path is left.
 * One that is only a part of a step, or stands in the query, may give nothing; where it is all there is,
 * the path is empty. A model that leaves the step out (`$fromAI`) means no other path either.
 *
 * @param parameter as it is stored with the node
 * @param evaluate gives the value of an expression in it
 */
export function lacksStep(
	parameter: unknown,
	evaluate: (expression: string) => unknown,
	kind: Kind,
): boolean {
	if (typeof parameter !== 'string' || !parameter.startsWith('=')) return false;
	const template = parameter.slice(1);
	const expressions = template.match(EXPRESSION) ?? [];
	const texts = template.split(EXPRESSION);
	// As n8n puts them between other text.
	const values = expressions.map((expression) => [evaluate(expression)].join(''));
	let before = texts[0] ?? '';
	for (const [index, value] of values.entries()) {
		if (ENDS_PATH[kind].test(before)) return false;
		const behind = texts[index + 1] ?? '';
		const after = behind + textFrom(index + 1, values, texts);
		const isStep = STEP_BEGINS[kind].test(before) && STEP_ENDS[kind].test(after);
		// A path that begins with what the next expression gives lacks nothing.
		const isOptional = before === '' && behind === '' && after !== '';
		if (leavesEmpty(value, kind) && isStep && !isOptional && before + after !== '') return true;
		before += value + behind;
	}
	return false;
}

/** What a template gives from one of its expressions on. */
function textFrom(first: number, values: readonly string[], texts: readonly string[]): string {
	return values
		.slice(first)
		.map((value, index) => value + (texts[first + index + 1] ?? ''))
		.join('');
}
