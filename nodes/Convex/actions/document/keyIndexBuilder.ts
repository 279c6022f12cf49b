import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import {
	keyIndexNotReady,
	keyIndexReplaced,
	otherKey,
	parseKeyIndex,
	servesKey,
	type KeyIndex,
} from '../../convex/imports/keyIndex';
import { ImportRequests } from '../../transport/http/importRequests';
import { callSystemFunction } from '../../transport/http/callSystemFunction';
import { lookUp, type CallSystem } from '../../transport/http/readTables';
import { toFailure } from '../../transport/nodeError';
import type { ItemRunner } from '../calls/itemRunner';
import { isPassing } from '../itemFailure';
import type { ImportDeadline } from './importDeadline';
import type { RowTarget } from './rowReader';

/**
 * The hidden indexes by which rows find their documents. One is built for a table that has none, and
 * waited for; one for other fields is dropped for it only if the user wants that.
 */
export class KeyIndexBuilder {
	/** By table: an index for other fields replaces the one that was there. */
	private readonly ready = new Map<string, { key: string; built: Promise<void> }>();

	/** Tables whose index was waited for, as long as the time limit allows. */
	private readonly waitedFor = new Set<string>();

	constructor(private readonly runner: ItemRunner) {}

	/** @throws ConvexFailure while rows cannot be matched by these fields */
	async ensure(target: RowTarget, deadline: ImportDeadline): Promise<void> {
		const { table, keyFields } = target;
		const key = JSON.stringify(keyFields);
		const last = this.ready.get(table.group);
		const known = last?.key === key ? last : { key, built: this.buildOnce(target, deadline) };
		this.ready.set(table.group, known);
		await known.built;
	}

	private async buildOnce(target: RowTarget, deadline: ImportDeadline): Promise<void> {
		const { group } = target.table;
		try {
			await this.build(target, deadline);
		} catch (thrown) {
			const failure = toFailure(thrown);
			// The next batch asks again, but does not wait once more.
			if (isPassing(failure) && !this.waitedFor.has(group)) this.ready.delete(group);
			throw failure;
		}
	}

	private async build(target: RowTarget, deadline: ImportDeadline): Promise<void> {
		const { table, keyFields, options } = target;
		const { name } = table.table;
		const index = await read(target, table.call);
		const isServed = index !== undefined && servesKey(index, keyFields);
		if (index !== undefined && !isServed && !options.rebuildKeyIndex) {
			throw otherKey(name, index, keyFields);
		}
		if (isServed && index.isReady) return;
		const { context, retries } = this.runner;
		context.logger.info(`Convex builds a key index of '${name}' for ${keyFields.join(', ')}`);
		if (!isServed) {
			const requests = new ImportRequests(context, target.caller, options.timeoutMs);
			const answer = await retries
				.of(target.caller)
				.run(async () => await requests.addKeyIndex(name, keyFields));
			if (answer.status === 'failure') {
				throw answer.failure.with({ details: { outcome: 'notExecuted' } });
			}
		}
		const callOnce: CallSystem = async (systemFunction, args) =>
			await callSystemFunction(context, target.caller, systemFunction, args, options.timeoutMs);
		this.waitedFor.add(table.group);
		const whenBuilt = async () => {
			const built = await read(target, callOnce);
			if (built === undefined) return undefined;
			if (!servesKey(built, keyFields)) throw keyIndexReplaced(name, built, keyFields);
			return built.isReady ? built : undefined;
		};
		await deadline.until(whenBuilt, (timeLimitMs) => keyIndexNotReady(name, timeLimitMs));
	}
}

/** Reads the key index that a table of the app has now. */
async function read({ table }: RowTarget, call: CallSystem): Promise<KeyIndex | undefined> {
	const { name } = table.table;
	const args = { tableName: name, tableNamespace: null };
	const indexes = await lookUp(call, SYSTEM_FUNCTIONS.listIndexes, args);
	return parseKeyIndex(indexes, !table.tables.includes(name));
}
