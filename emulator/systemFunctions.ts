import { makeFunctionReference } from 'convex/server';
import { jsonToConvex, type JSONValue, type Value } from 'convex/values';
import type { App } from './app';
import { WRITING_FUNCTIONS } from './data/documentWrites';
import { TABLE_FUNCTIONS } from './data/tableFunctions';
import { IMPORT_FUNCTIONS } from './import/importFunctions';
import { decodeArguments } from './callArguments';
import { canonicalPath } from './canonicalPath';
import { httpPrefixOf } from './httpActions/httpSite';
import { ACTIONS } from './identity';
import { asOuterCall, BackendFailure, failureOf } from './nestedCalls';
import { FILE_FUNCTIONS_MODULE } from './storage/fileFunctions';
import { isObject } from './validation';

/** A function of Convex itself. */
export interface SystemFunction {
	type: 'query' | 'mutation';
	/** What a key has to be allowed. */
	action: string;
	run: (app: App, args: JSONValue) => Promise<Value>;
}

/** The system functions that clients of the HTTP API use: npm-packages/system-udfs/convex/_system. */
const SYSTEM_FUNCTIONS = new Map<string, SystemFunction>([
	[
		'_system/cli/modules:apiSpec',
		query(async (app, args) => {
			const wanted = isObject(args) ? args.componentId : undefined;
			const component = app.components.find(({ id }) => id === wanted);
			// Bigint literals are decoded here, and encoded again in the answer's format.
			return jsonToConvex(app.spec(component?.path ?? ''));
		}),
	],
	[
		'_system/frontend/components:list',
		query(async (app) =>
			app.components.map(({ id, path }) => ({
				id,
				path,
				name: path,
				state: 'active',
				httpPrefix: httpPrefixOf(app.httpSites, path) ?? null,
			})),
		),
	],
	...IMPORT_FUNCTIONS,
	...TABLE_FUNCTIONS,
	...WRITING_FUNCTIONS,
	...fileFunctions(ACTIONS.viewData, 'query', ['fileMetadata', 'getFile', 'numFiles']),
	...fileFunctions(ACTIONS.writeData, 'mutation', [
		'deleteFile',
		'deleteFiles',
		'generateUploadUrl',
	]),
]);

function query(run: SystemFunction['run']): SystemFunction {
	return { type: 'query', action: ACTIONS.viewData, run };
}

/** Functions that run as those of the app do. */
function fileFunctions(
	action: string,
	type: SystemFunction['type'],
	names: string[],
): Array<[string, SystemFunction]> {
	return names.map((name) => {
		const path = `${FILE_FUNCTIONS_MODULE}:${name}`;
		const run: SystemFunction['run'] = async (app, args) => await runInApp(app, type, path, args);
		return [path, { type, action, run }];
	});
}

/** @throws what the function throws, and BackendFailure for arguments that are none */
async function runInApp(
	{ backend }: App,
	type: SystemFunction['type'],
	path: string,
	args: JSONValue,
): Promise<Value> {
	const decoded = decodeArguments(args, canonicalPath(path));
	if (decoded.args === undefined) throw new BackendFailure(decoded.error);
	const [given] = decoded.args;
	const own = given !== undefined && isObject(given) ? given : {};
	try {
		const result: Value | undefined = await asOuterCall(async () =>
			type === 'query'
				? await backend.query(makeFunctionReference<'query'>(path), own)
				: await backend.mutation(makeFunctionReference<'mutation'>(path), own),
		);
		return result ?? null;
	} catch (thrown) {
		const { message } = failureOf(thrown);
		// They check their arguments inside, unlike functions of the app (_system/server.ts).
		throw message.startsWith('ArgumentValidationError: ') ? new Error(message) : thrown;
	}
}

export function systemFunction(path: string): SystemFunction | undefined {
	return SYSTEM_FUNCTIONS.get(path);
}
