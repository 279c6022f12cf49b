/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { positive, variablesOf } from '../settings';

const MUTATIONS = 1000;
const TRIGGERS = [1, 100, 1000];

export interface LiveSettings {
	mutations: number;
	/** Numbers of triggers in a process. */
	triggers: number[];
	/** Whether the report goes into bench/README.md too. */
	write: boolean;
	/** The environment variables that were given, for the report. */
	variables: Record<string, string>;
}

/**
 * BENCH_MUTATIONS (`100`) and BENCH_TRIGGERS (`1,10`) replace the numbers of the plan. The argument
 * `--write` puts the report into bench/README.md.
 *
 * @throws Error for a value that is no positive number
 */
export function readLiveSettings(
	environment: NodeJS.ProcessEnv = process.env,
	args: string[] = process.argv.slice(2),
): LiveSettings {
	const variables = variablesOf(environment, ['BENCH_MUTATIONS', 'BENCH_TRIGGERS']);
	const { BENCH_MUTATIONS, BENCH_TRIGGERS } = variables;
	return {
		mutations:
			BENCH_MUTATIONS === undefined ? MUTATIONS : positive('BENCH_MUTATIONS', BENCH_MUTATIONS),
		triggers:
			BENCH_TRIGGERS?.split(',').map((value) => positive('BENCH_TRIGGERS', value)) ?? TRIGGERS,
		write: args.includes('--write'),
		variables,
	};
}
