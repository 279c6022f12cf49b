const { isBuiltin, createRequire } = require('node:module');
const { dirname, sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');
const SingleRealmEnvironment = require('./singleRealmEnvironment');

const INSTALLED = `${sep}node_modules${sep}`;
const FRAMEWORK = /^(?:@jest\/|jest|expect$)/;

/**
 * Loads installed packages by Node itself, once in each worker: n8n-core alone takes a second, and
 * jest would load it anew for each file. The project's own modules are loaded anew. A file that says
 * `@jest-environment node` has all modules for itself: what is set before they are loaded counts.
 */
module.exports = class SharedModulesRuntime extends Runtime {
	constructor(config, environment, resolver, transformer, ...others) {
		super(config, environment, resolver, rememberingTransformer(transformer), ...others);
		this.sharesModules = environment instanceof SingleRealmEnvironment;
	}

	requireModuleOrMock(from, name) {
		const file = this.sharesModules ? installedFile(from, name) : undefined;
		return file === undefined ? super.requireModuleOrMock(from, name) : requireShared(file);
	}
};

/** What files of the project are as JavaScript, by their path. */
const TRANSFORMED = new Map();

/** Looks for a file as JavaScript once in each worker, and not again for each file of tests. */
function rememberingTransformer(transformer) {
	return Object.assign(Object.create(transformer), {
		transform(path, options, source) {
			const known = TRANSFORMED.get(path);
			if (known !== undefined && known.source === source) return known.transformed;
			const transformed = transformer.transform(path, options, source);
			TRANSFORMED.set(path, { source, transformed });
			return transformed;
		},
	});
}

/** The worker's own way to load a module. */
const requireShared = createRequire(__filename);

/** Where the packages are that files of the project asked for, by the folder that asks. */
const KNOWN_FILES = new Map();

/** @returns the file of an installed package, or undefined for what jest loads by itself */
function installedFile(from, name) {
	if (name.startsWith('.') || isBuiltin(name) || FRAMEWORK.test(name)) return undefined;
	const key = `${dirname(from)}:${name}`;
	if (!KNOWN_FILES.has(key)) KNOWN_FILES.set(key, findInstalled(from, name));
	return KNOWN_FILES.get(key);
}

function findInstalled(from, name) {
	try {
		const file = createRequire(from).resolve(name);
		return file.includes(INSTALLED) ? file : undefined;
	} catch {
		return undefined;
	}
}
