/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { GROUPS, type Group } from './plan';

/** The parts of the plan that are no groups of contenders, by their names for BENCH_ONLY. */
const SESSION = 'session';
const ROWS = 'rows';
const DOCUMENTS = 'documents';
const FILES = 'files';
const TRIGGERS = 'triggers';
const FEED = 'feed';
const WAITS = 'waits';
const LIVE_PARTS = [SESSION, ROWS, DOCUMENTS, FILES, TRIGGERS, FEED, WAITS];
const LIVE_MUTATIONS = 1000;
/** With more, HTTP Request's flood needs more open files than the network in between may have. */
const LIVE_ROWS = 4000;
const LIVE_DOCUMENTS = [1000, 10_000];
const LIVE_TRIGGERS = [1, 100, 1000];
/** A minute; each takes some minutes, because n8n polls once a minute. */
const LIVE_FEEDS = [30, 9000];
const LIVE_WAITS = [1, 100];

export interface Settings {
	groups: Group[];
	/** What a query of a batch costs the server, one after another. */
	msPerQuery: number;
	/** How many mutations are delivered, over HTTP and in a session; undefined for none. */
	mutations: number | undefined;
	/** How many rows are inserted, one by one and by lists; undefined for none. */
	rows: number | undefined;
	/** How many documents are read and written. */
	documents: number[];
	/** Whether a large file is uploaded and downloaded. */
	files: boolean;
	/** Numbers of triggers in a process. */
	triggers: number[];
	/** Numbers of documents that are written each minute. */
	feeds: number[];
	/** Numbers of items that wait for a result. */
	waits: number[];
	/** Whether the report goes into bench/README.md too. */
	write: boolean;
	/** The environment variables that were given, for the report. */
	variables: Record<string, string>;
}

/**
 * BENCH_ONLY (`queries,single`) chooses parts of the plan; BENCH_ITEMS (`1,100`), BENCH_MUTATIONS,
 * BENCH_ROWS, BENCH_DOCUMENTS, BENCH_TRIGGERS (`1,10`), BENCH_FEED and BENCH_WAITS replace its numbers;
 * BENCH_MS_PER_QUERY makes the server work. The argument `--write` puts the report into bench/README.md.
 *
 * @throws Error for a value that is none of these
 */
export function readSettings(
	environment: NodeJS.ProcessEnv = process.env,
	args: string[] = process.argv.slice(2),
): Settings {
	const variables = variablesOf(environment, [
		'BENCH_ITEMS',
		'BENCH_ONLY',
		'BENCH_MS_PER_QUERY',
		'BENCH_MUTATIONS',
		'BENCH_ROWS',
		'BENCH_DOCUMENTS',
		'BENCH_TRIGGERS',
		'BENCH_FEED',
		'BENCH_WAITS',
	]);
	const one = (name: string, unset: number) =>
		variables[name] === undefined ? unset : positive(name, variables[name]);
	const several = (name: string) =>
		variables[name]?.split(',').map((value) => positive(name, value));
	const { groups, live } = chosenParts(variables.BENCH_ONLY);
	return {
		groups: groups.map((group) => ({
			...group,
			sizes: (group.name === 'single' ? undefined : several('BENCH_ITEMS')) ?? group.sizes,
		})),
		msPerQuery: one('BENCH_MS_PER_QUERY', 0),
		mutations: live.has(SESSION) ? one('BENCH_MUTATIONS', LIVE_MUTATIONS) : undefined,
		rows: live.has(ROWS) ? one('BENCH_ROWS', LIVE_ROWS) : undefined,
		documents: live.has(DOCUMENTS) ? (several('BENCH_DOCUMENTS') ?? LIVE_DOCUMENTS) : [],
		files: live.has(FILES),
		triggers: live.has(TRIGGERS) ? (several('BENCH_TRIGGERS') ?? LIVE_TRIGGERS) : [],
		feeds: live.has(FEED) ? (several('BENCH_FEED') ?? LIVE_FEEDS) : [],
		waits: live.has(WAITS) ? (several('BENCH_WAITS') ?? LIVE_WAITS) : [],
		write: args.includes('--write'),
		variables,
	};
}

/** Those of these environment variables that have a value. */
function variablesOf(environment: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => {
			const value = environment[name]?.trim() ?? '';
			return value === '' ? [] : [[name, value]];
		}),
	);
}

interface ChosenParts {
	groups: Group[];
	/** The names of those that need a deployment. */
	live: Set<string>;
}

/** `mutations` chooses both groups whose names start so. */
function chosenParts(only: string | undefined): ChosenParts {
	if (only === undefined) return { groups: GROUPS, live: new Set(LIVE_PARTS) };
	const parts = only.split(',').map((part) => part.trim());
	const groupsOf = (part: string) => GROUPS.filter(({ name }) => name.startsWith(part));
	for (const part of parts) {
		if (LIVE_PARTS.includes(part) || groupsOf(part).length > 0) continue;
		const names = [...GROUPS.map(({ name }) => name), ...LIVE_PARTS];
		throw new Error(`BENCH_ONLY: '${part}' is none of ${names.join(', ')}`);
	}
	return {
		groups: parts.flatMap(groupsOf),
		live: new Set(parts.filter((part) => LIVE_PARTS.includes(part))),
	};
}

function positive(name: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new Error(`${name}: '${text}' is not a positive number`);
}
