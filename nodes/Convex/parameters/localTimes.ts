import { tryToParseDateTime } from 'n8n-workflow';

/** A calendar date, perhaps with a time of the day. */
const LOCAL_TIME =
	/^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?)?$/;

const DAY_MS = 86_400_000;

/** Of a list of rows, there are not so many; a list of more begins anew. */
const MAX_DAYS = 10_000;

/** How a day of a time zone is ahead of UTC, in milliseconds; undefined where that changes. */
type Offset = number | undefined;

/**
 * The times of a time zone without its name, read a hundred times as fast as n8n's parser does once the
 * zone's offset of the day is known. Thousands of them stand in the rows of one item, which are read
 * in one go: n8n does nothing else meanwhile.
 */
export class LocalTimes {
	private readonly seen = new Set<string>();

	private readonly offsets = new Map<string, Offset>();

	constructor(private readonly timeZone: string) {}

	/**
	 * Milliseconds since 1970; undefined for what n8n's parser has to read: any other text, the first
	 * time of a day, and those of a day on which the clock is changed.
	 *
	 * @param text a date that is on the calendar
	 */
	millisecondsOf(text: string): number | undefined {
		const [, day, hour = '0', minute = '0', second = '0', fraction = '0'] =
			LOCAL_TIME.exec(text) ?? [];
		if (day === undefined || !this.isSeenAgain(day)) return undefined;
		const offset = this.offsetOf(day);
		if (offset === undefined) return undefined;
		const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
		return startOf(day) + seconds * 1_000 + Math.floor(Number(`0.${fraction}`) * 1_000) - offset;
	}

	/** The offset of a day costs as much as a few times, so it has to be of use for several. */
	private isSeenAgain(day: string): boolean {
		if (this.seen.has(day)) return true;
		if (this.seen.size >= MAX_DAYS) {
			this.seen.clear();
			this.offsets.clear();
		}
		this.seen.add(day);
		return false;
	}

	private offsetOf(day: string): Offset {
		if (this.offsets.has(day)) return this.offsets.get(day);
		const midnight = startOf(day);
		const offset = this.offsetAt(midnight);
		const kept = offset === this.offsetAt(midnight + DAY_MS) ? offset : undefined;
		this.offsets.set(day, kept);
		return kept;
	}

	/** @param midnight of a day, as if the zone were UTC */
	private offsetAt(midnight: number): Offset {
		const [day = ''] = new Date(midnight).toISOString().split('T');
		try {
			return midnight - tryToParseDateTime(day, this.timeZone).toMillis();
		} catch {
			// The day behind the last one of four digits.
			return undefined;
		}
	}
}

function startOf(day: string): number {
	return Date.parse(`${day}T00:00:00Z`);
}
