const base = require('./jest.config.js');

/** Tests in a whole n8n, one file after another. They are started by `npm run test:e2e`. */
module.exports = {
	...base,
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	maxWorkers: 1,
	testTimeout: 150_000,
};
