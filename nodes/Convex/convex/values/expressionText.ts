/** The names of n8n's expressions (docs.n8n.io/code/builtin); templates of other systems have others. */
const EXPRESSION =
	/\{\{[^{}]*\$(?:\(|(?:json|node|item|items|itemIndex|input|binary|execution|now|today|vars|env|workflow|prevNode|parameter|runIndex|fromAI)\b)/;

/** Whether a text reads like one with an expression of n8n's in it. */
export function readsLikeExpression(text: string): boolean {
	return EXPRESSION.test(text);
}
