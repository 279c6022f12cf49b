import type { Value } from 'convex/values';
import { isObject } from './validation';

/** Executions by function path, then by the argument `key`, or by each of `keys`. */
export type ExecutionsByKey = Record<string, Record<string, number>>;

/** How often the code of each function was started by a request. */
export class ExecutionCounts {
	private readonly paths = new Map<string, number>();

	private readonly keys = new Map<string, Map<string, number>>();

	/** Counts an execution, and by its keys: a text `key` and a list of texts `keys` in its arguments. */
	add(path: string, args: Value | undefined): void {
		increment(this.paths, path);
		for (const key of keysIn(args)) {
			const counts = this.keys.get(path) ?? new Map<string, number>();
			increment(counts, key);
			this.keys.set(path, counts);
		}
	}

	byPath(): Record<string, number> {
		return Object.fromEntries(this.paths);
	}

	byKey(): ExecutionsByKey {
		return Object.fromEntries(
			[...this.keys].map(([path, counts]) => [path, Object.fromEntries(counts)]),
		);
	}
}

function keysIn(args: Value | undefined): string[] {
	if (args === undefined || !isObject(args)) return [];
	return [args.key, args.keys].flat().filter((key) => typeof key === 'string');
}

function increment(counts: Map<string, number>, name: string): void {
	counts.set(name, (counts.get(name) ?? 0) + 1);
}
