import { inputFailure, type ConvexFailure } from '../failure';
import { quote } from '../values/quote';

/** A function of the root component, as Convex names it: module without extension, and export. */
export interface FunctionPath {
	/** Path of the module below `convex/`, e.g. `messages` or `folder/messages`. */
	module: string;
	/** Name of the export; `default` for a default export. */
	name: string;
}

const MAX_IDENTIFIER_LENGTH = 64;
const MODULE_EXTENSION = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const FILE_NAME = /^\w+$/;
/** A file may be called `v1.js.js`; the deployment names it without the last extension. */
const LISTED_FILE_NAME = /^\w+(?:\.js)?$/;
const PATH_HELP =
	"Write it as 'module:function', e.g. messages:list or folder/messages:list. The forms api.messages.list, messages/list and convex/messages.ts:list are understood too.";

/** The path in the form that Convex's API, CLI and logs use: `messages:list`. */
export function formatFunctionPath({ module, name }: FunctionPath): string {
	return `${module}:${name}`;
}

/**
 * Understands every way people write down a Convex function:
 * `messages:list`, `messages.js:list`, `convex/messages.ts:list`, `api.messages.list`,
 * `internal.jobs.tick`, `messages/list` (as in the URL `/api/run/messages/list`), and `messages` or
 * `folder/messages.ts` for a default export.
 *
 * Rules: CLI `parseFunctionName` (convex-js src/cli/lib/run.ts) for what is understood; backend
 * `ModulePath` and `FunctionName` (crates/convex/sync_types/src) for what is valid. Unlike the CLI, a
 * path with a slash and neither colon nor extension ends in the function's name, as in the HTTP API;
 * write `folder/messages:default` for that module's default export.
 *
 * @throws ConvexFailure (`input`) that quotes the path
 */
export function parseFunctionPath(input: string): FunctionPath {
	const text = input.trim();
	if (text === '') throw refused('The function path is empty');
	const path = splitFunctionPath(text);
	checkPath(text, path, FILE_NAME);
	return path;
}

/**
 * The function that the parameter names. The deployment's list has paths as they are; any other may be
 * written as people do.
 *
 * @throws ConvexFailure (`input`) that quotes the path
 */
export function toFunctionPath(mode: unknown, value: string): FunctionPath {
	const colon = value.lastIndexOf(':');
	const path = { module: value.slice(0, colon), name: value.slice(colon + 1) };
	return mode === 'list' && colon > 0 && isListed(path) ? path : parseFunctionPath(value);
}

/** `convex/` and `api.` belong to the path here: a folder or a file may be called so. */
function isListed(path: FunctionPath): boolean {
	try {
		checkPath(formatFunctionPath(path), path, LISTED_FILE_NAME);
		return true;
	} catch {
		return false;
	}
}

function checkPath(text: string, path: FunctionPath, fileName: RegExp): void {
	checkModule(text, path.module, fileName);
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(path.name) || /^_+$/.test(path.name)) {
		throw refused(
			`The function path ${quote(text)} has no valid function name (${quote(path.name)})`,
			'A function name consists of letters, digits and underscores.',
		);
	}
	if (path.name.length > MAX_IDENTIFIER_LENGTH) {
		throw refused(
			`The function name in ${quote(text)} is longer than ${MAX_IDENTIFIER_LENGTH} characters`,
		);
	}
}

function splitFunctionPath(text: string): FunctionPath {
	if (/^(?:api|internal)\.[^:/]*$/.test(text) && !MODULE_EXTENSION.test(text)) {
		const parts = text.split('.').slice(1);
		const name = parts.pop() ?? '';
		if (parts.length === 0) {
			throw refused(`The function path ${quote(text)} names a module but no function`);
		}
		return { module: parts.join('/'), name };
	}
	const path = text.replace(/^convex\//, '');
	const colon = path.lastIndexOf(':');
	if (colon >= 0) {
		return { module: withoutExtension(path.slice(0, colon)), name: path.slice(colon + 1) };
	}
	const slash = path.lastIndexOf('/');
	if (slash < 0 || MODULE_EXTENSION.test(path)) {
		return { module: withoutExtension(path), name: 'default' };
	}
	return { module: path.slice(0, slash), name: path.slice(slash + 1) };
}

function withoutExtension(modulePath: string): string {
	return modulePath.replace(MODULE_EXTENSION, '');
}

function checkModule(text: string, module: string, fileName: RegExp): void {
	if (module === '' && !text.startsWith('/')) {
		throw refused(`The function path ${quote(text)} names no module`);
	}
	const folders = module.split('/');
	const file = folders.pop() ?? '';
	for (const folder of folders) checkComponent(text, folder, /^[\w.]+$/);
	checkComponent(text, file, fileName);
}

function checkComponent(text: string, component: string, allowed: RegExp): void {
	if (component === '') {
		throw refused(
			`The function path ${quote(text)} is not relative to the convex folder`,
			'Leave out slashes at the start, at the end and in a row.',
		);
	}
	if (!allowed.test(component) || !/[A-Za-z0-9]/.test(component)) {
		throw refused(
			`The function path ${quote(text)} has an invalid part ${quote(component)}`,
			'Folder and file names in a path consist of letters, digits and underscores.',
		);
	}
	if (component.length > MAX_IDENTIFIER_LENGTH) {
		throw refused(
			`A part of the function path ${quote(text)} is longer than ${MAX_IDENTIFIER_LENGTH} characters`,
		);
	}
}

function refused(message: string, reason?: string): ConvexFailure {
	return inputFailure(message, reason === undefined ? PATH_HELP : `${reason} ${PATH_HELP}`);
}
