/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PlatformFailure } from '../platformFailure';
import type { ImportPace } from './importPace';

/** crates/model/src/airbyte_import/mod.rs. */
export const KEY_INDEX = '_by_airbyte_primary_key';

/** Fields by whose values the documents of a table are found, as the connector for Airbyte makes them. */
export interface KeyIndex {
	fields: readonly string[];
	state: 'backfilling' | 'done';
}

/** The hidden key indexes of the app's own tables, one for each table. */
export class KeyIndexes {
	private readonly byTable = new Map<string, KeyIndex>();

	constructor(private readonly pace: ImportPace) {}

	/** Tables that are there because they have one. */
	get tables(): string[] {
		return [...this.byTable.keys()];
	}

	get(table: string): KeyIndex | undefined {
		return this.byTable.get(table);
	}

	/**
	 * Builds indexes; one with other fields, or in another order, is dropped first
	 * (`_add_system_indexes` of crates/application/src/lib.rs).
	 */
	add(indexes: ReadonlyArray<[table: string, fields: string[]]>): void {
		for (const [, fields] of indexes) checkFields(fields);
		for (const [table, fields] of indexes) {
			if (this.byTable.get(table)?.fields.join() === fields.join()) continue;
			const index: KeyIndex = { fields, state: 'backfilling' };
			this.byTable.set(table, index);
			void this.build(index);
		}
	}

	/** @throws PlatformFailure for a table that has none */
	areReady(tables: readonly string[]): boolean {
		return tables.every((table) => {
			const index = this.byTable.get(table);
			if (index !== undefined) return index.state === 'done';
			throw new PlatformFailure(400, 'MissingIndex', `Missing index: ${table}.${KEY_INDEX}`);
		});
	}

	private async build(index: KeyIndex): Promise<void> {
		await nextTurn();
		await this.pace.pass('indexing');
		index.state = 'done';
	}
}

/** `_validate_user_defined_index_fields`, and the names that `IdentifierFieldName` takes. */
function checkFields(fields: readonly string[]): void {
	for (const path of fields) {
		if (path === '_creationTime') {
			throw new PlatformFailure(
				400,
				'IndexFieldsContainCreationTime',
				'`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.',
			);
		}
		if (path.split('.').some((name) => name.startsWith('_'))) {
			throw new PlatformFailure(
				400,
				'IndexFieldNameReserved',
				'Reserved fields (starting with `_`) are not allowed in indexes.',
			);
		}
	}
}
