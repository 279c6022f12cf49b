import fc from 'fast-check';
import { cutToLength } from '../../../nodes/Convex/actions/resultCut';

const cut = (value: unknown, maxLength: number) => cutToLength(JSON.stringify(value), maxLength);

const rows = (count: number, text = 'row') =>
	Array.from({ length: count }, (_, number) => ({ number, text }));

describe('cutting a result', () => {
	it('leaves one alone that fits', () => {
		const value = rows(3);
		expect(cut(value, JSON.stringify(value).length)).toBeUndefined();
	});

	it('leaves out whole rows from the end, as few as it can', () => {
		const whole = rows(10);
		const left = JSON.stringify(whole.slice(0, 7)).length;
		const { value, leftOut } = cut(whole, left) ?? {};
		expect(value).toEqual(whole.slice(0, 7));
		expect(leftOut).toEqual(['the last 3 of 10 entries are left out']);
	});

	it('finds the rows in what a function returned, and says where', () => {
		const whole = [{ value: { page: rows(100), isDone: false }, logLines: ['a', 'b'] }];
		const { value, leftOut } = cut(whole, 1_000) ?? {};
		expect(value).toMatchObject([{ value: { isDone: false }, logLines: ['a', 'b'] }]);
		expect(leftOut).toEqual([
			expect.stringMatching(/^the last \d+ of 100 entries of 'value\.page' are left out$/),
		]);
	});

	it('cuts the longest list first', () => {
		const whole = { many: rows(50), few: rows(2) };
		expect(cut(whole, 800)?.value).toMatchObject({ few: rows(2) });
	});

	it('shortens texts only where one row is too long, all to the same length', () => {
		const whole = [{ a: 'x'.repeat(5_000), b: 'y'.repeat(5_000), id: 'short' }, { a: 'z' }];
		const { value, leftOut } = cut(whole, 2_000) ?? {};
		const [row] = value as Array<{ a: string; b: string; id: string }>;
		expect(row?.a).toHaveLength(row?.b.length ?? 0);
		expect(row?.a).toMatch(/^x{900,}…$/);
		expect(row?.id).toBe('short');
		expect(leftOut).toEqual(['the last 1 of 2 entries are left out', '2 texts are cut']);
	});

	it('gives the beginning of what has too many fields', () => {
		const whole = Object.fromEntries(rows(500).map(({ number }) => [`field${number}`, number]));
		const { value, leftOut } = cut(whole, 1_000) ?? {};
		const { beginning } = value as { beginning: string };
		expect(beginning.length).toBeGreaterThan(800);
		expect(JSON.stringify(whole).startsWith(beginning)).toBe(true);
		expect(leftOut).toEqual(['only the beginning of its JSON text is given']);
	});

	it('says of lists in lists which of them was cut', () => {
		const whole = { grid: [rows(40), rows(40), rows(2)] };
		const { value, leftOut } = cut(whole, 600) ?? {};
		const [row = []] = (value as { grid: unknown[][] }).grid;
		expect(leftOut).toEqual([
			"the last 2 of 3 entries of 'grid' are left out",
			`the last ${40 - row.length} of 40 entries of 'grid[0]' are left out`,
		]);
	});

	it('takes as many texts as there may be', () => {
		const whole = Object.fromEntries(
			Array.from({ length: 130_000 }, (_, number) => [`f${number}`, 't']),
		);
		expect(cut([whole], 1_000)?.leftOut).toEqual(['only the beginning of its JSON text is given']);
	});

	it('never gives half a character', () => {
		const { value } = cut(['😀'.repeat(1_000)], 1_001) ?? {};
		expect(String(value).isWellFormed()).toBe(true);
		expect(cut({ ...rows(300, '😀') }, 1_001)).toBeDefined();
	});

	it('gives something that is short enough, also with a quote in each name', () => {
		const whole = Object.fromEntries(rows(500).map(({ number }) => [`"${number}"`, '"""']));
		expect(JSON.stringify(cut(whole, 1_000)?.value).length).toBeLessThanOrEqual(1_000);
	});

	it('gives something that is short enough, whatever the value', () => {
		fc.assert(
			fc.property(
				fc.jsonValue({ maxDepth: 4 }),
				fc.integer({ min: 1_000, max: 3_000 }),
				(part, max) => {
					const whole = Array.from({ length: 60 }, () => part);
					const result = cut(whole, max);
					if (result === undefined) return JSON.stringify(whole).length <= max;
					return JSON.stringify(result.value).length <= max;
				},
			),
		);
	});
});
