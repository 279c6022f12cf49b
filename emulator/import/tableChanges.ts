/** What an import does to a table. */
export interface TableChange {
	componentPath: string;
	table: string;
	added: number;
	deleted: number;
	existing: number;
	isMissingId: boolean;
}

const INTERRUPTION =
	'Once the import has started, it will run in the background.\nInterrupting `npx convex import` will not cancel it.';

/** What is shown before an import begins: crates/application/src/snapshot_import/{confirmation,table_change}.rs. */
export function messageToConfirm(changes: readonly TableChange[]): string {
	const lines = [...new Set(changes.map(({ componentPath }) => componentPath))].flatMap((path) => [
		...(path === '' ? [] : [`Component ${path}`]),
		...tableLines(changes.filter(({ componentPath }) => componentPath === path)),
	]);
	return [...(lines.length > 0 ? ['Import change summary:', ...lines] : []), INTERRUPTION].join(
		'\n',
	);
}

function tableLines(changes: readonly TableChange[]): string[] {
	const rows = [
		['table', 'create', 'delete'],
		...changes.map(({ table, added, deleted, existing }) => [
			table,
			separated(added),
			`${separated(deleted)} of ${separated(existing)}`,
		]),
	];
	const widths = [0, 1, 2].map((column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	const lines = rows.map(
		(row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
	);
	const ruler = '-'.repeat(widths.reduce((sum, width) => sum + width, 0) + 8);
	return lines.toSpliced(1, 0, ruler);
}

export function separated(count: number): string {
	return count.toLocaleString('en-US');
}
