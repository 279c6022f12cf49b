/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { convexTest } from 'convex-test';
import type { JSONValue, Value } from 'convex/values';
import schema from '../examples/convex/schema';
import tallySchema from '../examples/convex/tally/schema';
import { stateOf } from './convexTestDatabases';
import { DocumentHistory } from './documentHistory';
import { BackendFailure, runHandler } from './nestedCalls';
import { installPagination } from './pagination';
import { installPageJournal } from './sync/pageJournal';
import { validationError, type TableOfId, type ValidatorJson } from './validation';

/** Modules are loaded by name, as they are deployed by folder. */
const requireModule: (file: string) => Record<string, unknown> = createRequire(__filename);

const APP_FOLDER = join(__dirname, '..', 'examples', 'convex');
/** Files of an app or a component that are not modules of functions. */
const NOT_MODULES = new Set(['schema.ts', 'auth.config.ts', 'convex.config.ts']);

/** The components of the sample app, by path: its folder below the app's, and its schema. */
const COMPONENTS = [{ path: 'tally', id: 'tally-component-id', schema: tallySchema }];

export type FunctionType = 'query' | 'mutation' | 'action';

/** A function as convex/server registers it. */
interface RegisteredFunction {
	isQuery?: boolean;
	isMutation?: boolean;
	isAction?: boolean;
	isPublic?: boolean;
	exportArgs: () => string;
	exportReturns: () => string;
	_handler: (ctx: unknown, args: Value) => unknown;
}

export interface AppFunction {
	type: FunctionType;
	isPublic: boolean;
	args: ValidatorJson;
	returns: ValidatorJson | null;
}

/** An entry of the function spec: npm-packages/system-udfs/convex/_system/cli/modules.ts. */
export type SpecEntry = Record<string, JSONValue>;

export interface App {
	find: (componentPath: string, module: string, name: string) => Promise<AppFunction | undefined>;
	/** The functions of the app (`''`) or of a component. */
	spec: (componentPath: string) => Promise<SpecEntry[]>;
	/** Id and path of each component, the app itself first. */
	components: Array<{ id: string; path: string }>;
	backend: ReturnType<typeof convexTest>;
	history: DocumentHistory;
	tableOfId: TableOfId;
}

type Modules = Record<string, () => Promise<Record<string, unknown>>>;

/** Runs the handler of a query. */
type ReadQuery = DocumentHistory['read'];

/** Loads the sample app into a fresh, empty in-memory backend. */
export function loadApp(): App {
	const read: ReadQuery = async (handler) => await history.read(handler);
	const root = modulesOf('', read);
	const backend = convexTest(schema, withGeneratedFolder(root));
	const modules = new Map([['', root]]);
	for (const component of COMPONENTS) {
		const own = modulesOf(component.path, read);
		modules.set(component.path, own);
		backend.registerComponent(component.path, component.schema, withGeneratedFolder(own));
	}
	const state = stateOf(backend);
	const history = new DocumentHistory(state);
	for (const { db } of Object.values(state.components)) {
		installPagination(db);
		installPageJournal(db);
	}
	return {
		backend,
		history,
		tableOfId,
		components: [{ id: 'root-component-id', path: '' }, ...COMPONENTS],
		find: async (componentPath, module, name) => {
			const load = modules.get(componentPath)?.[`./convex/${module}.ts`];
			const exported: unknown = load === undefined ? undefined : (await load())[name];
			return isRegistered(exported) ? describeFunction(exported) : undefined;
		},
		spec: async (componentPath) => await specOf(modules.get(componentPath) ?? {}),
	};
}

/** The modules of the app, without its components', or of one component. */
function modulesOf(componentPath: string, read: ReadQuery): Modules {
	const folder = join(APP_FOLDER, componentPath);
	const files = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !NOT_MODULES.has(entry.name))
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.filter((file) => !file.startsWith('_generated'))
		.filter((file) => !COMPONENTS.some(({ path }) => file.startsWith(`${path}/`)));
	return Object.fromEntries(
		files.map((file) => {
			let module: Record<string, unknown> | undefined;
			const path = file.replace(/\.ts$/, '');
			const load = () => withRealValidation(requireModule(join(folder, file)), path, read);
			return [`./convex/${file}`, async () => (module ??= load())];
		}),
	);
}

/** convex-test finds the root of the modules by this folder. */
function withGeneratedFolder(modules: Modules): Modules {
	return { ...modules, './convex/_generated/api.js': async () => ({}) };
}

async function specOf(modules: Modules): Promise<SpecEntry[]> {
	const entries: SpecEntry[] = [];
	for (const [file, load] of Object.entries(modules)) {
		const module = file.replace('./convex/', '').replace(/\.ts$/, '.js');
		for (const [name, exported] of Object.entries(await load())) {
			if (!isRegistered(exported)) continue;
			const described = describeFunction(exported);
			if (described === undefined) continue;
			const { type, isPublic, args, returns } = described;
			entries.push({
				identifier: `${module}:${name}`,
				functionType: type.charAt(0).toUpperCase() + type.slice(1),
				visibility: { kind: isPublic ? 'public' : 'internal' },
				args: args as JSONValue,
				returns: (returns ?? { type: 'any' }) as JSONValue,
			});
		}
	}
	return entries;
}

/**
 * convex-test words validation errors in its own way, does not know records and bigint literals, and
 * keeps the writes of a mutation whose result is refused. So its own checks are turned off, and the
 * backend's run inside the function, where a throw rolls back.
 */
function withRealValidation(
	module: Record<string, unknown>,
	path: string,
	read: ReadQuery,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(module).map(([name, exported]) => [
			name,
			isRegistered(exported) ? validating(exported, path, read) : exported,
		]),
	);
}

function validating(
	registered: RegisteredFunction,
	path: string,
	read: ReadQuery,
): RegisteredFunction {
	const args: ValidatorJson = JSON.parse(registered.exportArgs());
	const returns: ValidatorJson | null = JSON.parse(registered.exportReturns());
	return Object.assign(Object.create(registered), {
		exportArgs: () => '{"type":"any"}',
		exportReturns: () => 'null',
		validators: { args, returns },
		_handler: async (ctx: unknown, input: Value) =>
			await runHandler(path, async () => {
				const inputError = validationError(args, input, tableOfId);
				if (inputError !== undefined) {
					throw new BackendFailure(`ArgumentValidationError: ${inputError}`);
				}
				const run = async () => await registered._handler(ctx, input);
				const result = ((registered.isQuery ? await read(run) : await run()) ?? null) as Value;
				const resultError =
					returns === null ? undefined : validationError(returns, result, tableOfId);
				if (resultError !== undefined) {
					throw new BackendFailure(`ReturnsValidationError: ${resultError}`);
				}
				return result;
			}),
	});
}

function describeFunction(registered: RegisteredFunction): AppFunction | undefined {
	const type = registered.isQuery
		? 'query'
		: registered.isMutation
			? 'mutation'
			: registered.isAction
				? 'action'
				: undefined;
	if (type === undefined) return undefined;
	const { validators } = registered as RegisteredFunction & {
		validators: Pick<AppFunction, 'args' | 'returns'>;
	};
	return { type, isPublic: registered.isPublic === true, ...validators };
}

function isRegistered(exported: unknown): exported is RegisteredFunction {
	return (
		(typeof exported === 'function' || typeof exported === 'object') &&
		exported !== null &&
		'exportArgs' in exported &&
		'_handler' in exported
	);
}

/** convex-test's ids end in the name of their table: `00000000000000000000000010000tasks`. */
function tableOfId(id: string): string | undefined {
	return id.length === 32 ? /^\d+([A-Za-z]\w*)$/.exec(id)?.[1] : undefined;
}
