import type { JSONValue } from 'convex/values';
import type { App } from '../app';
import { PlatformFailure } from '../platformFailure';
import { badBody } from '../request';
import { importError } from './importError';
import type { ImportFormat } from './importRows';

export type ImportMode = 'append' | 'replace' | 'requireEmpty';

export interface ImportRequest {
	table: string | undefined;
	/** `''` for the app itself. */
	componentPath: string;
	format: ImportFormat;
	mode: ImportMode;
}

const FORMATS: readonly ImportFormat[] = ['jsonLines', 'jsonArray', 'zip'];
const MODES: readonly ImportMode[] = ['append', 'replace', 'requireEmpty'];

/** What an import is asked to do. CSV, and to replace all tables, are not emulated. */
export function parseImportRequest(
	{
		tableName,
		componentPath,
		format,
		mode = 'requireEmpty',
	}: Record<string, JSONValue | undefined>,
	app: App,
): ImportRequest {
	const knownFormat = FORMATS.find((one) => one === format);
	const knownMode = MODES.find((one) => one === mode);
	if (knownFormat === undefined || knownMode === undefined) throw badBody('unknown variant');
	const table = typeof tableName === 'string' ? tableName : undefined;
	if (table !== undefined && !isIdentifier(table)) {
		throw importError('ImportInvalidName', `invalid table name ${table}`);
	}
	if (knownFormat === 'zip' && table !== undefined) {
		throw importError('InvalidName', 'ZIP import cannot have table name');
	}
	if (knownFormat !== 'zip' && table === undefined) {
		const name = knownFormat === 'jsonArray' ? 'JSON' : 'JSONL';
		throw importError('InvalidName', `${name} import requires table name`);
	}
	const component = typeof componentPath === 'string' ? componentPath : '';
	if (!app.components.some(({ path }) => path === component)) {
		throw new PlatformFailure(
			400,
			'ComponentNotFound',
			`Component ${component} not found. It needs to be created before importing.`,
		);
	}
	return { table, componentPath: component, format: knownFormat, mode: knownMode };
}

/** crates/convex/sync_types/src/identifier.rs. */
export function isIdentifier(text: string): boolean {
	return text.length <= 64 && /^[A-Za-z_]\w*$/.test(text) && !/^_+$/.test(text);
}
