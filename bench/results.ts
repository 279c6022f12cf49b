import type { ContenderName } from './contenders/names';
import type { Measured, Outcome } from './measurement';
import type { Group, ServerKind } from './plan';

export interface Result {
	server: ServerKind;
	group: Group;
	contender: ContenderName;
	items: number;
	outcome: Outcome;
}

/** Everything that a run of the benchmark found. */
export class Results {
	private readonly all: Result[] = [];

	add(result: Result): void {
		this.all.push(result);
	}

	of(server: ServerKind, group: Group): Result[] {
		return this.all.filter((result) => result.server === server && result.group === group);
	}

	/** What was measured, by the names of group and contender; undefined if it failed or was not run. */
	measured(
		server: ServerKind,
		group: string,
		contender: ContenderName,
		items: number,
	): Measured | undefined {
		const outcome = this.all.find(
			(result) =>
				result.server === server &&
				result.group.name === group &&
				result.contender === contender &&
				result.items === items,
		)?.outcome;
		return outcome?.type === 'measured' ? outcome : undefined;
	}
}
