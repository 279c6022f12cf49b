import { readImportMode } from '../../parameters/document/importFields';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { ItemRunner } from '../calls/itemRunner';
import { hintAtOutput } from '../calls/output';
import { KeyedImports } from './importByKey';
import { TableImports } from './importTables';
import { RowReader } from './rowReader';

/**
 * Writes the items of a run into tables: each item is a row, and all rows for one table are one import,
 * with one item for what became of them.
 */
export async function runImport(runner: ItemRunner, parameters: ParameterReader): Promise<void> {
	const mode = readImportMode(runner.context);
	const reader = new RowReader(runner, parameters, mode);
	if (mode === 'upsert') await new KeyedImports(runner, reader).run();
	else await new TableImports(runner, reader, mode).run();
	if (mode === 'replace' && runner.items.succeeded > 0) hintAtRunsBefore(runner);
}

/** In a loop, or behind two branches, the rows of each run take the place of those before. */
function hintAtRunsBefore({ context }: ItemRunner): void {
	const { $runIndex: runsBefore } = context.getWorkflowDataProxy(0);
	if (typeof runsBefore !== 'number' || runsBefore === 0) return;
	hintAtOutput(
		context,
		`This is run ${runsBefore + 1} of the node in this execution. Where a run before wrote to the same table, its rows are gone. Collect all rows before the node, or use Append.`,
	);
}
