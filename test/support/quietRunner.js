const { default: runFile } = require('jest-circus/runner');

/**
 * Runs a file without telling of each test as it starts and ends: no reporter asks, and to tell of
 * thousands costs seconds.
 */
module.exports = (globalConfig, config, environment, runtime, path) =>
	runFile(globalConfig, config, environment, runtime, path);
