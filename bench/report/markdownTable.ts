/** @param textColumns titles of the columns that are aligned to the left; numbers are to the right */
export function markdownTable(
	header: string[],
	rows: string[][],
	textColumns: string[] = [],
): string {
	const alignment = header.map((title) => (textColumns.includes(title) ? '---' : '---:'));
	return [header, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
