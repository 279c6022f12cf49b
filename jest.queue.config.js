const base = require('./jest.config.js');

/** Tests in a whole n8n in queue mode, one file after another. They are started by `npm run test:queue`. */
module.exports = {
	...base,
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
	maxWorkers: 1,
	// While workers are killed and started again, on a busy machine.
	testTimeout: 1_200_000,
};
