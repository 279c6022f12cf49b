/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, no-console -- runs in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { AuthConfig, SchemaDefinition, GenericSchema } from 'convex/server';
import { componentTree, type ComponentSource } from './componentTree';
import { shareConvexPackage } from './convexResolution';
import { schemaText } from './data/tableIndexes';
import { refusedModule, refusedSchema } from './deployable';

/** Modules are loaded by name, as they are deployed by folder. */
const requireModule: (file: string) => Record<string, unknown> = createRequire(__filename);

export type Schema = SchemaDefinition<GenericSchema, boolean>;

export interface ModuleSource {
	/** As it stands in a function path: `admin/reports`. */
	path: string;
	/** As it stands in a stack: `../convex/admin/reports.ts`. */
	shownPath: string;
	/** It begins with "use node": its actions run in Node, not in Convex's own runtime. */
	runsInNode: boolean;
	exports: Record<string, unknown>;
}

/** The app or a component, with its code loaded. */
export interface LoadedComponent extends ComponentSource {
	schema: Schema | null;
	modules: ModuleSource[];
}

/** A Convex app as a deployment gets it. */
export interface AppSource {
	/** The app itself first. */
	components: LoadedComponent[];
	providers: AuthConfig['providers'];
}

/**
 * Loads the Convex app in a folder: that of its functions, or a project that has them in `convex/`.
 * A module that cannot be loaded, or that Convex does not deploy, is left out, and why is printed.
 *
 * @throws Error for a schema that Convex does not deploy
 */
export async function loadAppSource(folder: string): Promise<AppSource> {
	shareConvexPackage();
	const appFolder = functionsFolder(resolve(folder));
	const tree = await componentTree(appFolder);
	const project = dirname(appFolder);
	return {
		components: tree.map((component) => loadComponent(component, tree, project)),
		providers: providersOf(appFolder),
	};
}

function functionsFolder(folder: string): string {
	if (!existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
	const inside = join(folder, 'convex');
	return existsSync(inside) ? inside : folder;
}

function loadComponent(
	component: ComponentSource,
	tree: ComponentSource[],
	project: string,
): LoadedComponent {
	const others = tree.filter(({ folder }) => folder !== component.folder);
	const files = sourceFiles(component.folder).filter(
		(file) => !others.some(({ folder }) => isWithin(folder, file, component.folder)),
	);
	return {
		...component,
		schema: loadSchema(component.folder),
		modules: files.flatMap((file) => {
			const exports = loadModule(file);
			if (exports === undefined) return [];
			const path = relative(component.folder, file).slice(0, -extname(file).length);
			const shownPath = `../${relative(project, file)}`;
			return [{ path, shownPath, runsInNode: beginsWithUseNode(file), exports }];
		}),
	};
}

function loadSchema(folder: string): Schema | null {
	const schema = defaultExport<Schema>(folder, 'schema');
	if (schema === undefined) return null;
	const refusal = refusedSchema(schemaText(schema));
	if (refusal !== undefined) throw new Error(`schema.ts: ${refusal}`);
	return schema;
}

/** Whether a file belongs to a component whose folder is inside this one. */
function isWithin(inner: string, file: string, outer: string): boolean {
	return inner.startsWith(`${outer}/`) && file.startsWith(`${inner}/`);
}

/** The files that the CLI takes for modules of functions: convex-js src/bundler/index.ts. */
function sourceFiles(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && isModule(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !/(?:^|\/)(?:_generated|node_modules)\//.test(relative(folder, file)))
		.sort();
}

function isModule(name: string): boolean {
	return /^[^.# ][^. ]*\.[cm]?[jt]sx?$/.test(name) && !/^schema\.[jt]s$/.test(name);
}

function beginsWithUseNode(file: string): boolean {
	const comments = /^(?:\s|\/\/.*|\/\*[^]*?\*\/)*/;
	return /^["']use node["']/.test(readFileSync(file, 'utf8').replace(comments, ''));
}

function loadModule(file: string): Record<string, unknown> | undefined {
	try {
		const exports = requireModule(file);
		const refusal = refusedModule(exports);
		if (refusal !== undefined) throw new Error(refusal);
		return exports;
	} catch (error) {
		console.error(`${basename(file)} is left out: ${String(error)}`);
		return undefined;
	}
}

function providersOf(folder: string): AuthConfig['providers'] {
	return defaultExport<AuthConfig>(folder, 'auth.config')?.providers ?? [];
}

function defaultExport<Exported>(folder: string, name: string): Exported | undefined {
	const file = ['ts', 'js']
		.map((extension) => join(folder, `${name}.${extension}`))
		.find(existsSync);
	return file === undefined ? undefined : (requireModule(file).default as Exported);
}
