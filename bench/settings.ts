/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { GROUPS, type Group } from './plan';

export interface Settings {
	groups: Group[];
	/** What a query of a batch costs the server, one after another. */
	msPerQuery: number;
	/** Whether the report goes into bench/README.md too. */
	write: boolean;
	/** The environment variables that were given, for the report. */
	variables: Record<string, string>;
}

/**
 * BENCH_ITEMS (`1,100`) and BENCH_ONLY (`queries,single`) choose parts of the plan; BENCH_MS_PER_QUERY
 * makes the server work. The argument `--write` puts the report into bench/README.md.
 *
 * @throws Error for a value that is none of these
 */
export function readSettings(
	environment: NodeJS.ProcessEnv = process.env,
	args: string[] = process.argv.slice(2),
): Settings {
	const names = ['BENCH_ITEMS', 'BENCH_ONLY', 'BENCH_MS_PER_QUERY'];
	const variables = variablesOf(environment, names);
	const { BENCH_ITEMS, BENCH_ONLY, BENCH_MS_PER_QUERY } = variables;
	const items = BENCH_ITEMS?.split(',').map((value) => positive('BENCH_ITEMS', value));
	const groups = chosenGroups(BENCH_ONLY).map((group) => ({
		...group,
		sizes: items ?? group.sizes,
	}));
	return {
		groups: groups.map((group) => (group.name === 'single' ? { ...group, sizes: [1] } : group)),
		msPerQuery:
			BENCH_MS_PER_QUERY === undefined ? 0 : positive('BENCH_MS_PER_QUERY', BENCH_MS_PER_QUERY),
		write: args.includes('--write'),
		variables,
	};
}

/** Those of these environment variables that have a value. */
export function variablesOf(
	environment: NodeJS.ProcessEnv,
	names: string[],
): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => {
			const value = environment[name]?.trim() ?? '';
			return value === '' ? [] : [[name, value]];
		}),
	);
}

/** `mutations` chooses both groups whose names start so. */
function chosenGroups(only: string | undefined): Group[] {
	if (only === undefined) return GROUPS;
	return only.split(',').flatMap((part) => {
		const groups = GROUPS.filter(({ name }) => name.startsWith(part.trim()));
		if (groups.length > 0) return groups;
		throw new Error(
			`BENCH_ONLY: '${part}' is none of ${GROUPS.map(({ name }) => name).join(', ')}`,
		);
	});
}

export function positive(name: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new Error(`${name}: '${text}' is not a positive number`);
}
