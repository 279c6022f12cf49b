/** As n8n ends an expression: at the first two braces. */
const EXPRESSION = /\{\{.*?\}\}/gs;

/**
 * Whether an expression that is a step of a path by itself gives nothing, so that another path is left.
 * One that is only a part of a step, or stands in the query, may give nothing; where it is all there is,
 * the path is empty. A model that leaves the step out (`$fromAI`) means no other path either.
 *
 * @param parameter as it is stored with the node
 * @param evaluate gives the value of an expression in it
 */
export function lacksStep(parameter: unknown, evaluate: (expression: string) => unknown): boolean {
	if (typeof parameter !== 'string' || !parameter.startsWith('=')) return false;
	const template = parameter.slice(1);
	const expressions = template.match(EXPRESSION) ?? [];
	const texts = template.split(EXPRESSION);
	// As n8n puts them between other text.
	const values = expressions.map((expression) => [evaluate(expression)].join(''));
	let before = texts[0] ?? '';
	for (const [index, value] of values.entries()) {
		if (/[?#]/.test(before)) return false;
		const behind = texts[index + 1] ?? '';
		const after = behind + textFrom(index + 1, values, texts);
		const isStep = /(?:^|[/\s])$/.test(before) && /^(?:$|[/?#\s])/.test(after);
		if (value.trim() === '' && isStep && before + after !== '') return true;
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
