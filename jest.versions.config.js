const { join } = require('node:path');
const base = require('./jest.config.js');

const {
	reporters: _reporters,
	maxWorkers,
	testTimeout,
	// They share the installed packages, of which each engine has its own here.
	testEnvironment: _testEnvironment,
	runtime: _runtime,
	...project
} = base;

/** Folders of installed engines by version, as `npm run test:versions` gives them. */
const folders = JSON.parse(process.env.N8N_ENGINES ?? '{}');

/** Node 20 has no WebSocket. n8n 1.123 and 2.0 run on it, and the node says what does not work there. */
const testsOfOtherNodes =
	typeof WebSocket === 'function'
		? ['/withoutWebSocket\\.test']
		: ['/versions/trigger\\.test', '/versions/session\\.test'];

/** The same tests in each engine: its own n8n-core, with the n8n-workflow that belongs to it. */
module.exports = {
	projects: Object.entries(folders).map(([version, folder]) => ({
		...project,
		displayName: `n8n-core ${version}`,
		rootDir: __dirname,
		testMatch: ['<rootDir>/test/versions/**/*.test.ts'],
		testPathIgnorePatterns: ['/node_modules/', ...testsOfOtherNodes],
		setupFiles: ['<rootDir>/test/versions/logFile.ts'],
		// Modules of n8n-core's dependencies that jest cannot require as they are.
		transformIgnorePatterns: ['/node_modules/(?!(?:p-retry|is-network-error)/)'],
		moduleNameMapper: {
			'^(n8n-core|n8n-workflow|reflect-metadata)($|/.*)': join(folder, 'node_modules', '$1$2'),
		},
	})),
	reporters: [
		'default',
		'<rootDir>/test/versions/versionsReporter.js',
		'<rootDir>/test/support/plainSummaryReporter.js',
	],
	maxWorkers,
	testTimeout,
};
