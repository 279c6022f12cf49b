import { convexTest } from 'convex-test';
import { defineSchema } from 'convex/server';
import type { AppSource, LoadedComponent, Schema } from './appSource';
import { componentIdOf } from './componentId';
import { stateOf, type ConvexTestDatabase, type ConvexTestState } from './convexTestDatabases';
import { enforceDocumentRules } from './data/documentRules';
import { DocumentHistory } from './documentHistory';
import { specOf, type SpecEntry } from './functionSpec';
import { hostAction } from './httpActions/hostAction';
import { isHttpRouter } from './httpActions/httpRouter';
import type { HttpSite, HttpSites } from './httpActions/httpSite';
import type { ImportPace } from './import/importPace';
import { KeyIndexes } from './import/keyIndexes';
import { SnapshotImports } from './import/snapshotImports';
import { installPagination } from './pagination';
import { installFilters } from './queryFilters';
import {
	describeFunction,
	isRegistered,
	withRealValidation,
	type AppFunction,
	type RunTerms,
} from './registeredFunction';
import { FILE_FUNCTIONS, FILE_FUNCTIONS_MODULE } from './storage/fileFunctions';
import { FileStore } from './storage/fileStore';
import { installStorage } from './storage/storageSyscalls';
import type { UploadTokens } from './storage/uploadTokens';
import { installPageJournal } from './sync/pageJournal';
import { guardSystemTables } from './tableGuard';
import type { TableOfId } from './validation';

export interface App {
	find: (componentPath: string, module: string, name: string) => AppFunction | undefined;
	/** The functions of the app (`''`) or of a component. */
	spec: (componentPath: string) => SpecEntry[];
	/** Id and path of each component, the app itself first. */
	components: Array<{ id: string; path: string }>;
	backend: ReturnType<typeof convexTest>;
	history: DocumentHistory;
	tableOfId: TableOfId;
	files: FileStore;
	httpSites: HttpSites;
	/** The app's own tables and those of its components: of the schema, or with a document ever. */
	tables: () => Array<{ component: string; table: string }>;
	/** The schema of the app (`''`) or of a component, if it has one. */
	schemaOf: (componentPath: string) => Schema | null;
	/** The database of the app (`''`) or of a component. */
	databaseOf: (componentPath: string) => ConvexTestDatabase;
	keyIndexes: KeyIndexes;
	imports: SnapshotImports;
}

/** What an app needs of the deployment that serves it. */
export interface Surroundings {
	/** The deployment's URL. */
	origin: () => string;
	uploadTokens: UploadTokens;
	importPace: ImportPace;
}

/** An id of one component means nothing in another, so that no two have the same. */
const IDS_PER_COMPONENT = 1_000_000;

/** The exports of modules by path, e.g. `admin/reports`. */
export type Modules = Map<string, Record<string, unknown>>;

/** Puts an app into a fresh, empty in-memory backend. */
export function startApp({ components }: AppSource, surroundings: Surroundings): App {
	const read: RunTerms['read'] = async (handler) => await history.read(handler);
	const modules = new Map(
		components.map((component) => [component.path, modulesOf(component, read)]),
	);
	const [root, ...children] = components;
	const backend = convexTest({
		schema: root?.schema ?? undefined,
		modules: forConvexTest(new Map([...(modules.get('') ?? []), ...systemModules(read)])),
		transactionLimits: true,
	});
	for (const { path, schema } of children) {
		backend.registerComponent(path, schema ?? defineSchema({}), forConvexTest(modules.get(path)));
	}
	const state = stateOf(backend);
	guardSystemTables(state, tableOfId);
	const history = new DocumentHistory(state, tableOfId);
	const files = new FileStore(state, backend, history);
	const { origin, uploadTokens: tokens, importPace } = surroundings;
	installStorage(state, { files, tokens, origin, tableOfId });
	for (const [index, { db }] of Object.values(state.components).entries()) {
		db._nextDocId += index * IDS_PER_COMPONENT;
		enforceDocumentRules(db, tableOfId);
		installFilters(db);
		installPagination(db);
		installPageJournal(db);
	}
	const app: App = {
		backend,
		history,
		tableOfId,
		files,
		tables: () =>
			components.flatMap((component) =>
				tablesOf(component, history, component.path === '' ? app.keyIndexes.tables : []),
			),
		schemaOf: (componentPath) =>
			components.find(({ path }) => path === componentPath)?.schema ?? null,
		databaseOf: (componentPath) => databaseOf(state, componentPath),
		keyIndexes: new KeyIndexes(importPace),
		imports: new SnapshotImports(() => app, importPace),
		httpSites: new Map(components.map((component) => [component.path, siteOf(component)])),
		components: components.map(({ path }) => ({ path, id: componentIdOf(path) })),
		find: (componentPath, module, name) => {
			const exported = modules.get(componentPath)?.get(module)?.[name];
			return isRegistered(exported) ? describeFunction(exported) : undefined;
		},
		spec: (componentPath) => specOf(modules.get(componentPath) ?? new Map()),
	};
	return app;
}

function databaseOf({ components }: ConvexTestState, componentPath: string): ConvexTestDatabase {
	const component = components[componentPath];
	if (component === undefined) throw new Error(`there is no component ${componentPath}`);
	return component.db;
}

function modulesOf({ path, modules }: LoadedComponent, read: RunTerms['read']): Modules {
	return new Map(
		modules.map(({ exports, ...module }) => [
			module.path,
			withRealValidation(exports, { ...module, componentPath: path, read, tableOfId }),
		]),
	);
}

/** Convex's own functions, which are in no list of the app's. */
function systemModules(read: RunTerms['read']): Modules {
	const path = FILE_FUNCTIONS_MODULE;
	const terms = { componentPath: '', path, shownPath: `../${path}.ts`, runsInNode: false };
	return new Map([[path, withRealValidation(FILE_FUNCTIONS, { ...terms, read, tableOfId })]]);
}

/** @param empty - that are there without a document */
function tablesOf(
	{ path: component, schema }: LoadedComponent,
	history: DocumentHistory,
	empty: string[],
) {
	const ids = Object.keys(history.documentsAt(component, history.latest) ?? {});
	const written = history.revisions.after(0n).filter(({ componentPath }) => {
		return componentPath === component;
	});
	const names = [
		...Object.keys(schema?.tables ?? {}),
		...ids.map((id) => tableOfId(id) ?? '_'),
		...written.map(({ table }) => table),
		...empty,
	];
	return [...new Set(names)]
		.filter((table) => !table.startsWith('_'))
		.toSorted()
		.map((table) => ({ component, table }));
}

function siteOf({ modules, httpPrefix: prefix, httpMounts: mounts }: LoadedComponent): HttpSite {
	const module = modules.find(({ path }) => path === 'http');
	const exported = module?.exports.default;
	return {
		router: isHttpRouter(exported) ? exported : undefined,
		shownPath: module?.shownPath ?? '',
		...(prefix !== undefined && { prefix }),
		mounts,
	};
}

/** convex-test finds the root of the modules by the generated folder. */
function forConvexTest(modules: Modules = new Map()) {
	const loaders = [...modules].map(([path, exports]) => [
		`./convex/${path}.ts`,
		async () => (path === 'http' ? { ...exports, default: hostAction } : exports),
	]);
	return { ...Object.fromEntries(loaders), './convex/_generated/api.js': async () => ({}) };
}

/** convex-test's ids end in the name of their table: `00000000000000000000000010000tasks`. */
function tableOfId(id: string): string | undefined {
	return id.length >= 32 ? /^\d+(_?[A-Za-z]\w*)$/.exec(id)?.[1] : undefined;
}
