/** @param textColumns titles of the columns that are aligned to the left; numbers are to the right */
export function markdownTable(
	header: string[],
	rows: string[][],
	textColumns: string[] = [],
): string {
	const alignment = header.map((title) => (textColumns.includes(title) ? '---' : '---:'));
	return [header, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The cells of each row of a table of Markdown, by the first one. */
export function rowsByFirstCell(table: string): Map<string, string[]> {
	const rows = table.split('\n').filter((line) => line.startsWith('| '));
	return new Map(
		rows.map((line) => {
			const cells = line
				.split('|')
				.slice(1, -1)
				.map((cell) => cell.trim());
			return [cells[0] ?? '', cells];
		}),
	);
}
