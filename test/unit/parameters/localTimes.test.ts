import fc from 'fast-check';
import { tryToParseDateTime } from 'n8n-workflow';
import { dateParser } from '../../../nodes/Convex/parameters/dates';
import { LocalTimes } from '../../../nodes/Convex/parameters/localTimes';

const ZONES = [
	'America/New_York',
	'America/Sao_Paulo',
	'America/St_Johns',
	'Africa/Casablanca',
	'Asia/Beirut',
	'Asia/Kathmandu',
	'Atlantic/Azores',
	'Australia/Lord_Howe',
	'Europe/Dublin',
	'Pacific/Apia',
	'UTC',
];

/** Texts of the days around a point in time, as a database or a sheet writes them. */
const texts = fc
	.record({
		at: fc.date({
			min: new Date('0001-01-02T00:00Z'),
			max: new Date('9999-12-30T00:00Z'),
			noInvalidDate: true,
		}),
		isRecent: fc.boolean(),
		hasTime: fc.boolean(),
		separator: fc.constantFrom('T', ' '),
		fraction: fc.constantFrom('', '.5', '.007', '.123456', '.999999999'),
	})
	.map(({ at, isRecent, hasTime, separator, fraction }) => {
		// Clocks have been changed since 1900.
		const year = isRecent ? 1900 + (at.getUTCFullYear() % 137) : at.getUTCFullYear();
		const date = new Date(at);
		date.setUTCFullYear(year);
		const [day = '', time = ''] = date.toISOString().slice(0, 19).split('T');
		return hasTime ? `${day}${separator}${time}${fraction}` : day;
	});

describe('a time without a time zone', () => {
	it.each(ZONES)('is what n8n takes it for, however often its day was read: %s', (zone) => {
		const times = new LocalTimes(zone);
		const check = (text: string) => {
			times.millisecondsOf(text);
			const milliseconds = times.millisecondsOf(text);
			if (milliseconds === undefined) return;
			expect([text, milliseconds]).toEqual([text, tryToParseDateTime(text, zone).toMillis()]);
		};
		fc.assert(fc.property(texts, check), { numRuns: 300 });
	});

	it.each([
		['America/New_York', '2026-03-08'],
		['America/New_York', '2026-11-01'],
		['America/Sao_Paulo', '2018-11-04'],
		['America/Sao_Paulo', '2018-02-17'],
		['Australia/Lord_Howe', '2026-04-05'],
		['Pacific/Apia', '2011-12-29'],
		['Pacific/Apia', '2011-12-30'],
		['America/St_Johns', '2006-10-29'],
	])('is what n8n takes it for where the clock is changed: %s %s', (zone, day) => {
		const parseDate = dateParser(zone);
		for (let minutes = -1_440; minutes < 2_880; minutes += 10) {
			const at = new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000);
			const text = at.toISOString().slice(0, 19).replace('T', ' ');
			expect([text, parseDate(text)]).toEqual([text, tryToParseDateTime(text, zone).toMillis()]);
		}
	});

	it.each(['2026-02-30', '2026-01-31 24:00:00', '2026-01-31 10:60:00', '2026-01-31 10:00 o'])(
		'is the same text in a list of many: %s',
		(text) => {
			const parseDate = dateParser('America/New_York');
			parseDate('2026-01-31');
			expect(parseDate(text)).toBe(dateParser('America/New_York')(text));
		},
	);

	it('is forgotten behind ten thousand days', () => {
		const times = new LocalTimes('UTC');
		for (let day = 0; day <= 10_000; day++) {
			const [text = ''] = new Date(day * 86_400_000).toISOString().split('T');
			expect(times.millisecondsOf(text)).toBeUndefined();
		}
		expect(times.millisecondsOf('1970-01-01')).toBeUndefined();
		expect(times.millisecondsOf('1970-01-01')).toBe(0);
	});
});
