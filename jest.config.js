/** Source and tests are TypeScript, compiled by swc; types are checked by `npm run typecheck`. */
module.exports = {
	testMatch: ['<rootDir>/test/{unit,integration}/**/*.test.ts'],
	transform: {
		'^.+\\.[jt]s$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
				module: { type: 'commonjs' },
			},
		],
	},
	globalSetup: '<rootDir>/test/support/temporaryFolder.js',
	globalTeardown: '<rootDir>/test/support/removeTemporaryFolder.js',
	reporters: ['default', '<rootDir>/test/support/plainSummaryReporter.js'],
	testSequencer: '<rootDir>/test/support/longestFirst.js',
	testEnvironment: '<rootDir>/test/support/singleRealmEnvironment.js',
	testRunner: '<rootDir>/test/support/quietRunner.js',
	runtime: '<rootDir>/test/support/sharedModulesRuntime.js',
	// Random faults take long, and memory and turns of the event loop are measured where nothing else
	// needs the cores: `npm run test:rounds`.
	testPathIgnorePatterns:
		process.env.TEST_LANE === 'rounds' ? [] : ['(Rounds|Memory|Turns)[.]test[.]ts$'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	// Most of the time is spent waiting, so there are more than cores.
	maxWorkers: 9,
	// Half a second, as jest has it, is too short for nine that end on two busy cores.
	workerGracefulExitTimeout: 15_000,
	// A limit for what hangs. How long a test takes is up to how busy the machine is.
	testTimeout: 240_000,
};
