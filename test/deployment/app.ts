/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { convexTest } from 'convex-test';
import type { Value } from 'convex/values';
import schema from '../convex/schema';
import { validationError, type TableOfId, type ValidatorJson } from './validation';

/** Modules are loaded by name, as they are deployed by folder. */
const requireModule: (file: string) => Record<string, unknown> = createRequire(__filename);

const APP_FOLDER = join(__dirname, '..', 'convex');
/** Files at the top of the app folder that are not modules of functions. */
const NOT_MODULES = new Set(['schema.ts', 'auth.config.ts']);

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
}

export interface App {
	find: (module: string, name: string) => Promise<AppFunction | undefined>;
	backend: ReturnType<typeof convexTest>;
	tableOfId: TableOfId;
}

/** Loads the sample app into a fresh, empty in-memory backend. */
export function loadApp(): App {
	const modules = Object.fromEntries(
		moduleFiles().map((file) => [
			`./convex/${file}`,
			async () => withRealValidation(requireModule(join(APP_FOLDER, file))),
		]),
	);
	return {
		backend: convexTest(schema, { ...modules, './convex/_generated/api.js': async () => ({}) }),
		tableOfId,
		find: async (module, name) => {
			const load = modules[`./convex/${module}.ts`];
			const exported: unknown = load === undefined ? undefined : (await load())[name];
			return isRegistered(exported) ? describeFunction(exported) : undefined;
		},
	};
}

function moduleFiles(): string[] {
	return readdirSync(APP_FOLDER, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
		.map((entry) => relative(APP_FOLDER, join(entry.parentPath, entry.name)))
		.filter((file) => !file.startsWith('_generated') && !NOT_MODULES.has(basename(file)));
}

/**
 * convex-test words validation errors in its own way, does not know records and bigint literals, and
 * keeps the writes of a mutation whose result is refused. So its own checks are turned off, and the
 * backend's run inside the function, where a throw rolls back.
 */
function withRealValidation(module: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(module).map(([name, exported]) => [
			name,
			isRegistered(exported) ? validating(exported) : exported,
		]),
	);
}

function validating(registered: RegisteredFunction): RegisteredFunction {
	const args: ValidatorJson = JSON.parse(registered.exportArgs());
	const returns: ValidatorJson | null = JSON.parse(registered.exportReturns());
	return Object.assign(Object.create(registered), {
		exportArgs: () => '{"type":"any"}',
		exportReturns: () => 'null',
		validators: { args, returns },
		_handler: async (ctx: unknown, input: Value) => {
			const inputError = validationError(args, input, tableOfId);
			if (inputError !== undefined) throw new Error(`ArgumentValidationError: ${inputError}`);
			const result = ((await registered._handler(ctx, input)) ?? null) as Value;
			const resultError =
				returns === null ? undefined : validationError(returns, result, tableOfId);
			if (resultError !== undefined) throw new ReturnsValidationFailure(resultError);
			return result;
		},
	});
}

/** Reported by its own text, not as something that the function threw. */
export class ReturnsValidationFailure extends Error {
	constructor(error: string) {
		super(`ReturnsValidationError: ${error}`);
	}
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
	const { validators } = registered as RegisteredFunction & { validators: { args: ValidatorJson } };
	return { type, isPublic: registered.isPublic === true, args: validators.args };
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
