/** A piece of an expression that n8n evaluates; the last one may lack its end. */
const CODE = /\{\{((?:(?!\}\})[\s\S])*)/g;

/**
 * A text in code or a comment, or what may be the beginning of something that holds quotes of another
 * meaning: a regular expression, a text with code in it, one without an end.
 */
const TEXT =
	/("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*`|\/\*[\s\S]*?\*\/|\/\/.*)|["'`/][\s\S]*/g;

/**
 * The code of an expression, with its texts and comments emptied: what stands in them is no name. From
 * where texts cannot be told from code for certain, all is left as it is.
 *
 * @param expression without the `=` in front
 */
export function codeOf(expression: string): string {
	// Behind a backslash, braces are part of a text, or of the code.
	if (/\\(?:\{\{|\}\})/.test(expression)) return expression;
	return Array.from(expression.matchAll(CODE), ([, code = '']) => withoutTexts(code)).join('\n');
}

function withoutTexts(code: string): string {
	return code.replace(TEXT, (found, text?: string) => (text === undefined ? found : "''"));
}
