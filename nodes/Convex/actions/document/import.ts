import { readImportMode } from '../../parameters/document/importFields';
import type { ParameterReader } from '../../parameters/parameterReader';
import type { ItemRunner } from '../calls/itemRunner';
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
}
