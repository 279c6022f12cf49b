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

/** `JSON.stringify()`, and n8n's own `.toJsonString()`. */
const MAKES_JSON = /\bJSON\s*\.\s*stringify\b|\btoJsonString\s*\(/;

const STRINGIFY = /^\s*JSON\s*\.\s*stringify\s*(?=\()/;

/** What has one value or another: a condition, or an operator that has a second choice. */
const CHOICE = /\?(?!\.)|\|\||&&|\bif\b|\$if/;

const TO_JSON_STRING = /^[\w$\s.]*\.\s*toJsonString\s*$/;

/**
 * Whether the text that an expression gives is JSON: always where it is one call that makes JSON, perhaps
 * where such a call is a part of it, as behind a condition.
 *
 * @param expression without the `=` in front
 */
export function makesJson(expression: string): 'always' | 'perhaps' | 'never' {
	// Where it begins or ends with a comment, or a text stands in it, is of no account.
	const code = codeOf(expression).replaceAll("''", ' ');
	if (!MAKES_JSON.test(code)) return 'never';
	if (!CHOICE.test(code)) return 'always';
	const call = code.replace(STRINGIFY, '');
	const isStringified = call !== code && /^[\s;]*$/.test(withoutBrackets(call));
	// A condition, or another operator, is none of these.
	const isJsonString = TO_JSON_STRING.test(withoutBrackets(code.replaceAll('?.', '.')));
	return isStringified || isJsonString ? 'always' : 'perhaps';
}

const OPENING = '([{';
const CLOSING = ')]}';

/** What stands in no brackets; all of it where they do not match, as in a text that is taken for code. */
function withoutBrackets(code: string): string {
	let depth = 0;
	let outside = '';
	for (const character of code) {
		if (OPENING.includes(character)) depth += 1;
		else if (CLOSING.includes(character)) depth -= 1;
		else if (depth === 0) outside += character;
		if (depth < 0) return code;
	}
	return depth === 0 ? outside : code;
}

function withoutTexts(code: string): string {
	return code.replace(TEXT, (found, text?: string) => (text === undefined ? found : "''"));
}
