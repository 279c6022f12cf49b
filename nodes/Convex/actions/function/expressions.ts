/**
 * Whether a parameter, or anything in it, is an expression: one that is none is the same for all items.
 *
 * @param parameter as it is stored with the node; n8n marks an expression by a `=` in front
 */
export function hasExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	return (
		typeof parameter === 'object' &&
		parameter !== null &&
		Object.values(parameter).some(hasExpression)
	);
}
