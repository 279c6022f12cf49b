const { isBuiltin, createRequire } = require('node:module');
const { sep } = require('node:path');
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
	constructor(config, environment, ...others) {
		super(config, environment, ...others);
		this.sharesModules = environment instanceof SingleRealmEnvironment;
	}

	requireModuleOrMock(from, name) {
		if (!this.sharesModules || isBuiltin(name) || FRAMEWORK.test(name)) {
			return super.requireModuleOrMock(from, name);
		}
		const load = createRequire(from);
		const file = installedFile(load, name);
		return file === undefined ? super.requireModuleOrMock(from, name) : load(file);
	}
};

function installedFile(load, name) {
	try {
		const file = load.resolve(name);
		return file.includes(INSTALLED) ? file : undefined;
	} catch {
		return undefined;
	}
}
