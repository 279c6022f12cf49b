/** A day with a time to the minute, or to the second, without anything between. */
const WITHOUT_SEPARATORS =
	/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/;

/** Whether digits read as a date, such as 20260131120000: as milliseconds since 1970 they would be in the year 2612. */
export function isCalendarDigits(digits: string): boolean {
	return WITHOUT_SEPARATORS.test(digits);
}
