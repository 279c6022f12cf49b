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
