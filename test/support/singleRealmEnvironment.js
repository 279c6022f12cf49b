const vm = require('node:vm');
const { ModuleMocker } = require('jest-mock');

/** Stands for the worker's own realm where jest asks for the context of a file. */
const OWN_REALM = vm.createContext({});

/** Modules that were compiled for another file: to run one again makes a new module all the same. */
const COMPILED = new Map();

const { compileFunction } = vm;
vm.compileFunction = (source, parameters, options = {}) =>
	options.parsingContext === OWN_REALM
		? compileOnce(source, parameters, { ...options, parsingContext: undefined })
		: compileFunction(source, parameters, options);

function compileOnce(source, parameters, options) {
	const known = COMPILED.get(options.filename);
	if (known?.source === source) return known.compiled;
	const compiled = compileFunction(source, parameters, options);
	// What is imported while it runs is loaded for the file that it was compiled for.
	if (!source.includes('import(')) COMPILED.set(options.filename, { source, compiled });
	return compiled;
}

/**
 * Runs a file's tests in the realm of the worker instead of one of their own, as n8n and its nodes run
 * in one. Only so can the files share what sharedModulesRuntime loads once.
 */
module.exports = class SingleRealmEnvironment {
	global = globalThis;
	moduleMocker = new ModuleMocker(globalThis);
	fakeTimers = null;
	fakeTimersModern = null;

	async setup() {}

	async teardown() {}

	exportConditions() {
		return ['node', 'node-addons'];
	}

	getVmContext() {
		return OWN_REALM;
	}
};
