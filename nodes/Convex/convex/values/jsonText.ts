import { printParseErrorCode, visit, type JSONPath, type ParseErrorCode } from 'jsonc-parser';
import type { JSONValue } from 'convex/values';
import { nestedTooDeep } from './encodeArguments';
import {
	adviceFor,
	converted,
	placeIn,
	refused,
	valueOrThrow,
	type AdviceFor,
	type Conversion,
	type Refusal,
} from './conversion';
import { isKeptByDouble } from './decimalText';
import { inputFailure, type ConvexFailure } from '../failure';
import { codePointOf } from './quote';

/** Where something is wrong with a JSON text. */
type Finding =
	| { kind: 'fault'; reason: string; line: number; column: number; character: string }
	| { kind: 'tooDeep' }
	| { kind: 'rounded'; path: JSONPath };

/** As deep as the parser that finds the place of a fault can go, and far deeper than Convex allows. */
const MAX_EXAMINED_NESTING = 500;

/**
 * A whole number that a double may not keep has 16 digits before the point, or an exponent. The many
 * digits behind the point of a fraction are none: a list of vectors is full of them.
 */
const MAY_BE_ROUNDED = /(?<![\d.])\d{16}|\d[eE]\+?\d/;

/** What helps depends on what the text stands for. */
export interface JsonAdvice {
	whenEmpty: string;
	whenRounded: AdviceFor;
}

const QUOTES_KEEP_DIGITS = 'Put it in quotes, which keeps all digits as text.';

/** For JSON that is no argument, so that no type can be chosen for it. */
export function adviceOutsideArguments(whenEmpty: string): JsonAdvice {
	return { whenEmpty, whenRounded: QUOTES_KEEP_DIGITS };
}

export const ARGUMENTS_ADVICE: JsonAdvice = {
	whenEmpty: 'Write JSON. Use {} for no arguments.',
	whenRounded: `${QUOTES_KEEP_DIGITS} For an int64, choose 'Using Function Arguments', or 'Using Fields Below' and the type 'Int64'.`,
};

/** The value of one argument. */
export const VALUE_ADVICE: JsonAdvice = {
	whenEmpty: 'Write JSON, or leave it out.',
	whenRounded: ({ name, form }) =>
		form === undefined
			? QUOTES_KEEP_DIGITS
			: `${QUOTES_KEEP_DIGITS} ${form} makes an int64 of it where ${name} takes one.`,
};

/** The same where it is converted to what the function declares. */
export const DECLARED_VALUE_ADVICE: JsonAdvice = {
	whenEmpty: VALUE_ADVICE.whenEmpty,
	whenRounded:
		'Put it in quotes, which keeps all digits: as text, or as an int64 where one is declared.',
};

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Parses JSON that a user typed.
 *
 * @param subject what the text is, in a sentence, e.g. "'Arguments (JSON)'"
 * @param advice what helps where the text stands
 * @throws ConvexFailure (`input`) naming the subject, and the line and column of the first fault or
 * the field with a number that would be rounded
 */
export function parseJsonText(subject: string, text: string, advice: JsonAdvice): unknown {
	return valueOrThrow(subject, readJsonText(text, advice));
}

/** The same without a subject, and without throwing. A byte order mark at the start is skipped. */
export function readJsonText(text: string, advice: JsonAdvice): Conversion {
	const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
	if (json.trim() === '') {
		return refused((subject) => inputFailure(`${subject} is empty`, advice.whenEmpty));
	}
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		return refused((...place) => describeFinding(place, examine(json), advice));
	}
	const [rounded] = roundedNumbers(json);
	if (rounded === undefined) return converted(value);
	return refused((...place) => describeFinding(place, examine(json, rounded.start), advice));
}

/** Where numbers stand in valid JSON that a double does not keep. */
export function* roundedNumbers(json: string): Generator<{ start: number; end: number }> {
	const candidates = new RegExp(MAY_BE_ROUNDED, 'g');
	let quote = json.indexOf('"');
	for (let found = candidates.exec(json); found !== null; found = candidates.exec(json)) {
		const { index } = found;
		let textEnd = 0;
		while (quote >= 0 && quote < index) {
			textEnd = endOfText(json, quote);
			quote = json.indexOf('"', textEnd);
		}
		if (textEnd > index) {
			candidates.lastIndex = textEnd;
			continue;
		}
		const start = endOfNumber(json, index, -1) + 1;
		const end = endOfNumber(json, index, 1);
		if (!isKeptByDouble(json.slice(start, end))) yield { start, end };
		candidates.lastIndex = end;
	}
}

/**
 * Where a text ends that begins with a quote; one with an odd number of backslashes does not end it.
 *
 * @returns the place behind its end, or 0 if it has none
 */
export function endOfText(json: string, start: number): number {
	let quote = start;
	let backslashes: number;
	do {
		quote = json.indexOf('"', quote + 1);
		backslashes = 0;
		while (json[quote - 1 - backslashes] === '\\') backslashes += 1;
	} while (backslashes % 2 === 1);
	return quote + 1;
}

/** @returns the first place before or behind a number that is no part of it */
function endOfNumber(json: string, within: number, direction: -1 | 1): number {
	let index = within;
	while (/[\d.eE+-]/.test(json.charAt(index))) index += direction;
	return index;
}

function describeFinding(
	[subject, declarer]: Parameters<Refusal['describe']>,
	finding: Finding | undefined,
	{ whenRounded }: JsonAdvice,
): ConvexFailure {
	if (finding?.kind === 'tooDeep') return nestedTooDeep(subject);
	if (finding?.kind === 'rounded') {
		return inputFailure(
			`${placeIn(subject, finding.path)} is a whole number beyond 2^53, which a number would round`,
			adviceFor(declarer, whenRounded),
		);
	}
	const place =
		finding === undefined
			? ''
			: `: ${finding.reason} at line ${finding.line}, column ${finding.column}${finding.character}`;
	return inputFailure(
		`${subject} is not valid JSON${place}`,
		'Check quotes, commas and brackets. Put double quotes around names and texts, also where an expression fills in the text. An expression for the whole field, such as {{ $json }}, needs no quoting.',
	);
}

/**
 * The first thing that is wrong with a text. V8 gives the position of some faults only, and the digits
 * of a number since Node.js 21; jsonc-parser finds both everywhere.
 *
 * @param rounded where in valid JSON a number stands that a double does not keep
 */
function examine(json: string, rounded?: number): Finding | undefined {
	let first: Finding | undefined;
	const found = (finding: Finding) => {
		first = finding;
		throw new Error('Only an error ends a visit before the text does.');
	};
	let depth = 0;
	const open = () => {
		depth += 1;
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

/**
 * Parses JSON that a server sent.
 *
 * @returns undefined for anything but a JSON object
 */
export function parseJsonObject(text: string): Record<string, JSONValue | undefined> | undefined {
	try {
		const parsed: JSONValue = JSON.parse(text);
		return typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed ?? undefined) : undefined;
	} catch {
		return undefined;
	}
}
