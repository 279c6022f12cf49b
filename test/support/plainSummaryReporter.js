const { writeSync } = require('node:fs');

/** Ends a test run with one plain line that scripts can read: "N passed, N failed". */
module.exports = class PlainSummaryReporter {
	onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
		const failed = numFailedTests + numRuntimeErrorTestSuites;
		const summary = `\n${numPassedTests} passed, ${failed} failed\n`;
		// jest's own summary comes after its reporters; when it forces its exit it mutes the stream.
		process.once('exit', () => void writeSync(process.stdout.fd, summary));
	}
};
