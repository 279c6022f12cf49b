import { tryToParseDateTime } from 'n8n-workflow';
import { isCalendarDigits } from '../convex/values/calendarDigits';
import type { ParseDate } from '../convex/values/typeMatch';
import { LocalTimes } from './localTimes';

/** A calendar date, perhaps with a time, perhaps with a time zone. */
const ISO_DATE =
	/^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s?(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?)?$/i;
const MILLISECONDS = /^-?\d{12,15}$/;

/**
 * Reads an ISO 8601 date, or milliseconds since 1970. A text without a time zone is meant in the
 * workflow's, as everywhere in n8n. n8n's own parser alone would take "Room 12" for a date, and 30
 * February for 1 March.
 *
 * @returns milliseconds since 1970, or undefined for a text that is no date
 */
export function dateParser(timeZone: string): ParseDate {
	const localTimes = new LocalTimes(timeZone);
	return (input) => {
		const text = input.trim();
		if (MILLISECONDS.test(text) && !isCalendarDigits(text)) return Number(text);
		if (!isCalendarDate(text)) return undefined;
		const milliseconds = localTimes.millisecondsOf(text);
		if (milliseconds !== undefined) return milliseconds;
		try {
			return tryToParseDateTime(text, timeZone).toMillis();
		} catch {
			return undefined;
		}
	};
}

function isCalendarDate(text: string): boolean {
	const [, year, month, day = '01'] = ISO_DATE.exec(text) ?? [];
	if (year === undefined || month === undefined) return false;
	const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
	return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
