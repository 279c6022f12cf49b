import { today } from './circumstances';
import { markdownTable, rowsByFirstCell } from './markdownTable';
import { readReadme } from './readme';

/** What a run found of a goal: a cell for each column, undefined where it did not measure that. */
export interface GoalRow {
	text: string;
	cells: Array<string | undefined>;
}

const NOT_MEASURED = 'not measured';
const DATE = 'measured';

/**
 * Goals with what was found of them, as a table of Markdown. What this run did not measure stays as it is
 * in this section of bench/README.md.
 */
export function goalsTable(section: string, columns: string[], rows: GoalRow[]): string {
	const before = rowsByFirstCell(readReadme(section));
	const [goal = '', ...results] = columns;
	const header = [goal, ...results, DATE];
	return markdownTable(
		header,
		rows.map(({ text, cells }) => {
			const old = before.get(text) ?? [];
			const isMeasured = cells.some((cell) => cell !== undefined);
			const date = isMeasured ? today() : (old[header.length - 1] ?? '');
			const found = cells.map((cell, index) => cell ?? old[index + 1] ?? NOT_MEASURED);
			return [text, ...found, date];
		}),
		header,
	);
}
