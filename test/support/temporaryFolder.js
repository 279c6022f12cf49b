const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** One folder for all that the tests of a run write; what a test file itself sees of `exit` never comes. */
module.exports = function setUp() {
	process.env.TESTS_FOLDER = mkdtempSync(join(tmpdir(), 'n8n-nodes-convex-'));
};

module.exports.tearDown = function tearDown() {
	rmSync(process.env.TESTS_FOLDER, { recursive: true, force: true });
};
