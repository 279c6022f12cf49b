const vm = require('node:vm');
const { ModuleMocker } = require('jest-mock');

/** Stands for the worker's own realm where jest asks for the context of a file. */
const OWN_REALM = vm.createContext({});

const { compileFunction } = vm;
vm.compileFunction = (source, parameters, options = {}) =>
	options.parsingContext === OWN_REALM
		? compileFunction(source, parameters, { ...options, parsingContext: undefined })
		: compileFunction(source, parameters, options);

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
