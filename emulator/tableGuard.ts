import type { JSONValue } from 'convex/values';
import type { ConvexTestState } from './convexTestDatabases';
import type { TableOfId } from './validation';

/**
 * convex-test lets `ctx.db` reach system tables by id, and `ctx.db.system` the app's; the backend
 * refuses both (crates/isolate/src/environment/udf/async_syscall.rs `system_table_guard`).
 */
export function guardSystemTables(state: ConvexTestState, tableOfId: TableOfId): void {
	const syscall = state.asyncSyscall;
	state.asyncSyscall = async (operation, jsonArgs) => {
		const isRead = operation === '1.0/get';
		if (isRead || WRITES.has(operation)) {
			const { id, table, isSystem }: SyscallArguments = JSON.parse(jsonArgs);
			const name = typeof id === 'string' ? tableOfId(id) : table;
			if (name !== undefined) check(name, isRead && isSystem === true);
		}
		return await syscall(operation, jsonArgs);
	};
}

interface SyscallArguments {
	id?: JSONValue;
	table?: string;
	isSystem?: boolean;
}

const WRITES = new Set(['1.0/insert', '1.0/shallowMerge', '1.0/replace', '1.0/remove']);

function check(table: string, expectSystem: boolean): void {
	const isSystem = table.startsWith('_');
	if (expectSystem && !isSystem) {
		throw new Error('User tables cannot be accessed with db.system.');
	}
	if (!expectSystem && isSystem) {
		throw new Error('System tables can only be accessed with db.system.');
	}
}
