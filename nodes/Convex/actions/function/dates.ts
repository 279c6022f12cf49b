import { tryToParseDateTime } from 'n8n-workflow';
import type { ParseDate } from '../../convex/validatorConversion';

/**
 * Reads a date as n8n does everywhere: a text without a time zone is meant in the workflow's.
 *
 * @returns milliseconds since 1970, or undefined for a text that is no date
 */
export function dateParser(timeZone: string): ParseDate {
	return (text) => {
		try {
			return tryToParseDateTime(text.trim(), timeZone).toMillis();
		} catch {
			return undefined;
		}
	};
}
