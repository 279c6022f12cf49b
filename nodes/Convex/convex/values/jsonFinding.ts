import { printParseErrorCode, visit, type JSONPath, type ParseErrorCode } from 'jsonc-parser';
import { codePointOf } from './quote';

/** Where something is wrong with a JSON text. */
export type Finding =
	| { kind: 'fault'; reason: string; line: number; column: number; character: string }
	| { kind: 'tooDeep' }
	| { kind: 'repeated'; name: string; line: number; column: number }
	| { kind: 'rounded'; path: JSONPath };

/** As deep as the parser that finds the place of a fault can go, and far deeper than Convex allows. */
const MAX_EXAMINED_NESTING = 500;

/**
 * The first thing that is wrong with a text. V8 gives the position of some faults only, and the digits
 * of a number since Node.js 21; jsonc-parser finds both everywhere.
 *
 * @param rounded where in valid JSON a number stands that a double does not keep
 */
export function examine(json: string, rounded?: number): Finding | undefined {
	let first: Finding | undefined;
	const found = (finding: Finding) => {
		first = finding;
		throw new Error('Only an error ends a visit before the text does.');
	};
	let depth = 0;
	const names: Array<Set<string>> = [];
	const open = () => {
		depth += 1;
		names[depth] = new Set();
		if (depth > MAX_EXAMINED_NESTING) found({ kind: 'tooDeep' });
	};
	const close = () => {
		depth -= 1;
	};
	try {
		visit(
			json,
			{
				onObjectBegin: open,
				onArrayBegin: open,
				onObjectEnd: close,
				onObjectProperty: (name, _offset, _length, line, column) => {
					if (names[depth]?.has(name)) {
						found({ kind: 'repeated', name, line: line + 1, column: column + 1 });
					}
					names[depth]?.add(name);
				},
				onArrayEnd: close,
				onLiteralValue: (_value, offset, _length, _line, _column, path) => {
					if (offset === rounded) found({ kind: 'rounded', path: path() });
				},
				onError: (code, offset, _length, line, column) => {
					found({
						kind: 'fault',
						reason: reasonOf(code),
						line: line + 1,
						column: column + 1,
						character: describeInvisible(json.charAt(offset)),
					});
				},
			},
			{ disallowComments: true },
		);
	} catch {
		// The visit was ended.
	}
	return first;
}

function reasonOf(code: ParseErrorCode): string {
	return printParseErrorCode(code)
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase();
}

/** A character that an editor does not show, such as a no-break space of a web page. */
function describeInvisible(character: string): string {
	if (!/[^\S \t\r\n]|[\p{Cc}\p{Cf}]/u.test(character) || /[\t\r\n]/.test(character)) return '';
	return ` (an invisible character, ${codePointOf(character)})`;
}
