/** A table of the app (`''`) or of a component. */
export interface TableName {
	component: string;
	table: string;
}

/** What has the name of a table at a time: an import replaces it by another. */
export interface Tablet extends TableName {
	/** Counted from 0. */
	generation: number;
}

interface Replacement {
	generation: number;
	/** When its documents were written, while it was hidden; undefined until it took the place. */
	writtenAt: bigint | undefined;
	/** When it took the place of the one before. */
	activatedAt: bigint | undefined;
}

/** Which tables imports have replaced: crates/database/src/bootstrap_model/table.rs `activate_tables`. */
export class Tablets {
	private readonly replaced = new Map<string, Replacement>();

	of({ component, table }: TableName): Tablet {
		const generation = this.replaced.get(keyOf({ component, table }))?.generation ?? 0;
		return { component, table, generation };
	}

	/** From here on, what is written belongs to another table of the name. */
	replace(name: TableName): void {
		const generation = this.of(name).generation + 1;
		this.replaced.set(keyOf(name), { generation, writtenAt: undefined, activatedAt: undefined });
	}

	activated(
		name: TableName,
		{ writtenAt, activatedAt }: Record<'writtenAt' | 'activatedAt', bigint>,
	) {
		const { generation } = this.of(name);
		this.replaced.set(keyOf(name), { generation, writtenAt, activatedAt });
	}

	/** When a document was written of which the log says that it was at a time. */
	writtenAt(name: TableName, loggedAt: bigint): bigint {
		const { writtenAt, activatedAt } = this.replaced.get(keyOf(name)) ?? {};
		return writtenAt !== undefined && loggedAt === activatedAt ? writtenAt : loggedAt;
	}
}

export function isSameTablet(one: Tablet, other: Tablet): boolean {
	return keyOf(one) === keyOf(other) && one.generation === other.generation;
}

function keyOf({ component, table }: TableName): string {
	return JSON.stringify([component, table]);
}
