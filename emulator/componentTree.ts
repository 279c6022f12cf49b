/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';

/** A component that an app uses, or the app itself. */
export interface ComponentSource {
	/** `''` for the app; a child's name follows its parent's path. */
	path: string;
	folder: string;
	/** Before the paths of the app's own HTTP routes; it ends in `/`. */
	httpPrefix?: string;
	/** The children whose HTTP routes it serves, and under which prefix, which ends in `/`. */
	httpMounts: Array<{ prefix: string; componentPath: string }>;
}

/** A definition as convex/server keeps it: convex-js src/server/components/index.ts. */
interface Definition {
	_name?: string;
	_childComponents: Array<
		[
			name: string,
			imported: { componentDefinitionPath: string },
			env?: unknown,
			httpPrefix?: string,
		]
	>;
	_httpPrefix?: string;
}

const CONFIG = /(?:^|\/)convex\.config(?:\.[cm]?[jt]s)?$/;

/** The app in a folder and all components it uses, parents first. */
export async function componentTree(folder: string): Promise<ComponentSource[]> {
	return await subtree('', folder);
}

async function subtree(path: string, folder: string): Promise<ComponentSource[]> {
	const config = ['ts', 'js'].map((extension) => join(folder, `convex.config.${extension}`));
	const file = config.find((candidate) => existsSync(candidate));
	if (file === undefined) return [{ path, folder, httpMounts: [] }];
	const { _childComponents, _httpPrefix } = await definitionOf(file);
	const children = _childComponents.map(([name, { componentDefinitionPath }, , prefix]) => ({
		path: path === '' ? name : `${path}/${name}`,
		folder: dirname(componentDefinitionPath),
		prefix,
	}));
	const component: ComponentSource = {
		path,
		folder,
		// Only the app's own: a component's is its parent's business.
		...(path === '' && _httpPrefix !== undefined && { httpPrefix: withSlash(_httpPrefix) }),
		httpMounts: children.flatMap(({ path: componentPath, prefix }) =>
			prefix === undefined ? [] : [{ prefix: withSlash(prefix), componentPath }],
		),
	};
	const subtrees = children.map(async (child) => await subtree(child.path, child.folder));
	return [component, ...(await Promise.all(subtrees)).flat()];
}

function withSlash(prefix: string): string {
	return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/**
 * Evaluates a `convex.config.ts` as the CLI does: each component that it imports stands for its path
 * and its name.
 */
async function definitionOf(file: string): Promise<Definition> {
	const { outputFiles } = await build({
		entryPoints: [file],
		bundle: true,
		write: false,
		format: 'cjs',
		platform: 'node',
		external: ['convex', 'convex/*'],
		logLevel: 'silent',
		plugins: [importedComponents(file)],
	});
	const module: { exports: { default?: Definition } } = { exports: {} };
	const evaluate = compileFunction(outputFiles[0]?.text ?? '', ['module', 'require']);
	evaluate(module, createRequire(file));
	const definition = module.exports.default;
	if (definition === undefined) throw new Error(`${file} has no default export`);
	return definition;
}

function importedComponents(entry: string): Plugin {
	return {
		name: 'imported components',
		setup: ({ onResolve, onLoad, resolve }) => {
			onResolve({ filter: CONFIG }, async ({ path, kind, resolveDir, pluginData }) => {
				if (pluginData === 'resolved' || kind === 'entry-point') return undefined;
				const found = await resolve(path, { kind, resolveDir, pluginData: 'resolved' });
				return { path: found.path, namespace: 'component', errors: found.errors };
			});
			onLoad({ filter: /.*/, namespace: 'component' }, async ({ path }) => {
				if (path === entry) return undefined;
				const { _name } = await definitionOf(path);
				const imported = { componentDefinitionPath: path, defaultName: _name };
				return { contents: JSON.stringify(imported), loader: 'json' };
			});
		},
	};
}
