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
import { examine, type Finding } from './jsonFinding';
import { quote } from './quote';

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
 * @throws ConvexFailure (`input`) naming the subject, and the line and column of the first fault
 * or of a doubled name, or the field with a number that would be rounded
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
	if (rounded === undefined && countNames(json) === countFields(value)) return converted(value);
	return refused((...place) => describeFinding(place, examine(json, rounded?.start), advice));
}

/** The object or list that a text is as JSON; undefined for any other, as one that only begins with a bracket. */
export function parseJsonData(text: string): object | undefined {
	if (!/^\s*[{[]/.test(text)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Whether a text is JSON of any value. */
export function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** How many names of fields stand in valid JSON: one before each colon that is in no text. */
function countNames(json: string): number {
	let count = 0;
	let index = 0;
	while (index < json.length) {
		const character = json.charCodeAt(index);
		if (character === COLON) count += 1;
		index = character === QUOTE ? endOfText(json, index) : index + 1;
	}
	return count;
}

const COLON = ':'.charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);

/** How many fields came of it: of two that have the same name, the parser keeps the last. */
function countFields(value: unknown): number {
	let count = 0;
	const unseen = [value];
	for (let next = unseen.pop(); next !== undefined; next = unseen.pop()) {
		if (typeof next !== 'object' || next === null) continue;
		const parts: unknown[] = Array.isArray(next) ? next : Object.values(next);
		if (!Array.isArray(next)) count += parts.length;
		for (const part of parts) if (typeof part === 'object') unseen.push(part);
	}
	return count;
}

/** Where numbers stand in valid JSON that a double does not keep. */
export function* roundedNumbers(json: string): Generator<{ start: number; end: number }> {
	const candidates = new RegExp(MAY_BE_ROUNDED, 'g');
	let quoteIndex = json.indexOf('"');
	for (let found = candidates.exec(json); found !== null; found = candidates.exec(json)) {
		const { index } = found;
		let textEnd = 0;
		while (quoteIndex >= 0 && quoteIndex < index) {
			textEnd = endOfText(json, quoteIndex);
			quoteIndex = json.indexOf('"', textEnd);
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
	let end = start;
	let backslashes: number;
	do {
		end = json.indexOf('"', end + 1);
		backslashes = 0;
		while (json[end - 1 - backslashes] === '\\') backslashes += 1;
	} while (backslashes % 2 === 1);
	return end + 1;
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
	if (finding?.kind === 'repeated') {
		return inputFailure(
			`${subject} has ${quote(finding.name)} twice, again at line ${finding.line}, column ${finding.column}`,
			'Remove one of them. Where an expression within quotes fills in a text, that text may hold more than one: use an expression for the whole field, such as {{ ({ name: $json.name }) }}.',
		);
	}
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
