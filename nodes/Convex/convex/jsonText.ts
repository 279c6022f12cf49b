import { parse as parseWithPositions, printParseErrorCode, type ParseError } from 'jsonc-parser';
import type { JSONValue } from 'convex/values';
import { inputFailure } from './failure';

/**
 * Parses JSON that a user typed.
 *
 * @param subject what the text is, in a sentence, e.g. "'Arguments (JSON)'"
 * @throws ConvexFailure (`input`) naming the subject, and the line and column of the first fault
 */
export function parseJsonText(subject: string, text: string): unknown {
	if (text.trim() === '') {
		throw inputFailure(`${subject} is empty`, 'Write JSON. Use {} for no arguments.');
	}
	try {
		return JSON.parse(text);
	} catch {
		throw inputFailure(
			`${subject} is not valid JSON${describeFirstFault(text)}`,
			'Check quotes, commas and brackets. Put double quotes around names and texts, also where an expression fills in the text. An expression for the whole field, such as {{ $json }}, needs no quoting.',
		);
	}
}

/** V8 gives a position for some faults only; jsonc-parser gives one for each. */
function describeFirstFault(text: string): string {
	const faults: ParseError[] = [];
	parseWithPositions(text, faults, { disallowComments: true });
	const [fault] = faults;
	if (fault === undefined) return '';
	const before = text.slice(0, fault.offset).split('\n');
	const reason = printParseErrorCode(fault.error)
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase();
	return `: ${reason} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
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
