import { convexTest } from 'convex-test';
import { defineSchema } from 'convex/server';
import type { JSONValue } from 'convex/values';
import type { AppSource, LoadedComponent } from './appSource';
import { stateOf } from './convexTestDatabases';
import { DocumentHistory } from './documentHistory';
import { installPagination } from './pagination';
import {
	describeFunction,
	isRegistered,
	withRealValidation,
	type AppFunction,
	type RunTerms,
} from './registeredFunction';
import { installPageJournal } from './sync/pageJournal';
import { guardSystemTables } from './tableGuard';
import type { TableOfId } from './validation';

/** An entry of the function spec: npm-packages/system-udfs/convex/_system/cli/modules.ts. */
export type SpecEntry = Record<string, JSONValue>;

export interface App {
	find: (componentPath: string, module: string, name: string) => AppFunction | undefined;
	/** The functions of the app (`''`) or of a component. */
	spec: (componentPath: string) => SpecEntry[];
	/** Id and path of each component, the app itself first. */
	components: Array<{ id: string; path: string }>;
	backend: ReturnType<typeof convexTest>;
	history: DocumentHistory;
	tableOfId: TableOfId;
}

/** An id of one component means nothing in another, so that no two have the same. */
const IDS_PER_COMPONENT = 1_000_000;

/** The exports of modules by path, e.g. `admin/reports`. */
type Modules = Map<string, Record<string, unknown>>;

/** Puts an app into a fresh, empty in-memory backend. */
export function startApp({ components }: AppSource): App {
	const read: RunTerms['read'] = async (handler) => await history.read(handler);
	const modules = new Map(
		components.map((component) => [component.path, modulesOf(component, read)]),
	);
	const [root, ...children] = components;
	const backend = convexTest({
		schema: root?.schema ?? undefined,
		modules: forConvexTest(modules.get('')),
		transactionLimits: true,
	});
	for (const { path, schema } of children) {
		backend.registerComponent(path, schema ?? defineSchema({}), forConvexTest(modules.get(path)));
	}
	const state = stateOf(backend);
	guardSystemTables(state, tableOfId);
	const history = new DocumentHistory(state);
	for (const [index, { db }] of Object.values(state.components).entries()) {
		db._nextDocId += index * IDS_PER_COMPONENT;
		installPagination(db);
		installPageJournal(db);
	}
	return {
		backend,
		history,
		tableOfId,
		components: components.map(({ path }) => ({ path, id: componentId(path) })),
		find: (componentPath, module, name) => {
			const exported = modules.get(componentPath)?.get(module)?.[name];
			return isRegistered(exported) ? describeFunction(exported) : undefined;
		},
		spec: (componentPath) => specOf(modules.get(componentPath) ?? new Map()),
	};
}

function componentId(path: string): string {
	return `${path === '' ? 'root' : path.replaceAll('/', '-')}-component-id`;
}

function modulesOf({ modules }: LoadedComponent, read: RunTerms['read']): Modules {
	return new Map(
		modules.map(({ exports, ...module }) => [
			module.path,
			withRealValidation(exports, { ...module, read, tableOfId }),
		]),
	);
}

/** convex-test finds the root of the modules by the generated folder. */
function forConvexTest(modules: Modules = new Map()) {
	const loaders = [...modules].map(([path, exports]) => [
		`./convex/${path}.ts`,
		async () => exports,
	]);
	return { ...Object.fromEntries(loaders), './convex/_generated/api.js': async () => ({}) };
}

function specOf(modules: Modules): SpecEntry[] {
	return [...modules].flatMap(([module, exports]) =>
		Object.entries(exports).flatMap(([name, exported]) => {
			const described = isRegistered(exported) ? describeFunction(exported) : undefined;
			if (described === undefined) return [];
			const { type, isPublic, args, returns } = described;
			return [
				{
					identifier: `${module}.js:${name}`,
					functionType: type.charAt(0).toUpperCase() + type.slice(1),
					visibility: { kind: isPublic ? 'public' : 'internal' },
					args: args as JSONValue,
					returns: (returns ?? { type: 'any' }) as JSONValue,
				},
			];
		}),
	);
}

/** convex-test's ids end in the name of their table: `00000000000000000000000010000tasks`. */
function tableOfId(id: string): string | undefined {
	return id.length >= 32 ? /^\d+(_?[A-Za-z]\w*)$/.exec(id)?.[1] : undefined;
}
