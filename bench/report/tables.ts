import { CONTENDER_LABELS, type ContenderName } from '../contenders/names';
import type { Measured } from '../measurement';
import type { Group, ServerKind } from '../plan';
import type { Result, Results } from '../results';
import { markdownTable } from './markdownTable';
import { count, megabytes, milliseconds, ratio } from './units';

const LIMIT: ContenderName = 'rawUndici';

interface Column {
	title: string;
	cell: (measured: Measured, result: Result) => string;
}

/** The tables of a group, one of Markdown for each server. */
export function groupTables(results: Results, servers: ServerKind[], group: Group): string {
	return servers
		.filter((server) => results.of(server, group).length > 0)
		.map((server) => `### ${group.title}: ${server.name}\n\n${table(results, server, group)}`)
		.join('\n\n');
}

function table(results: Results, server: ServerKind, group: Group): string {
	const columns = columnsOf(results, server, group);
	const header = ['items', 'contender', ...columns.map(({ title }) => title)];
	const rows = results.of(server, group).map((result) => {
		const { items, contender, outcome } = result;
		const cells =
			outcome.type === 'measured'
				? columns.map(({ cell }) => cell(outcome, result))
				: [`${outcome.type}: ${outcome.reason}`, ...columns.slice(1).map(() => '')];
		return [count(items), CONTENDER_LABELS[contender], ...cells];
	});
	return markdownTable(header, rows, ['contender']);
}

function columnsOf(results: Results, server: ServerKind, group: Group): Column[] {
	const comparison = (title: string, other: ContenderName, faster: boolean): Column => ({
		title,
		cell: ({ wallTimeMs }, { items }) => {
			const measured = results.measured(server, group.name, other, items);
			if (measured === undefined) return '';
			return ratio(faster ? measured.wallTimeMs / wallTimeMs : wallTimeMs / measured.wallTimeMs);
		},
	});
	const hasLimit = group.entries.some(({ contender }) => contender === LIMIT);
	return [
		{ title: 'wall time', cell: ({ wallTimeMs }) => milliseconds(wallTimeMs) },
		{
			title: 'items/s',
			cell: ({ wallTimeMs, items }) => (items === 0 ? '' : count((items / wallTimeMs) * 1000)),
		},
		{ title: 'requests', cell: ({ requests }) => count(requests) },
		{ title: 'connections', cell: ({ connections }) => count(connections) },
		{ title: 'max in flight', cell: ({ maxInFlight }) => count(maxInFlight) },
		{ title: 'peak memory', cell: ({ peakMemoryBytes }) => megabytes(peakMemoryBytes) },
		comparison('faster than HTTP Request', group.rival, true),
		...(hasLimit ? [comparison('time to raw', LIMIT, false)] : []),
		...(group.floor === undefined ? [] : [comparison('time to expressions', group.floor, false)]),
	];
}
