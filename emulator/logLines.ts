/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';

const LEVELS = { log: 'LOG', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

const currentLines = new AsyncLocalStorage<string[]>();

/** Makes `console` collect the log lines of the function that runs, as the backend does. */
export function installFunctionConsole(): void {
	for (const [method, level] of Object.entries(LEVELS)) {
		const key = method as keyof typeof LEVELS;
		const original = console[key].bind(console);
		console[key] = (...args: unknown[]) => {
			const lines = currentLines.getStore();
			if (lines === undefined) original(...args);
			else lines.push(`[${level}] ${args.map((arg) => inspect(arg)).join(' ')}`);
		};
	}
}

/** Runs a function; what it and the functions it calls log goes into `lines`. */
export async function collectLogLines<Result>(
	lines: string[],
	run: () => Promise<Result>,
): Promise<Result> {
	return await currentLines.run(lines, run);
}
