/** Ends a test run with one plain line that scripts can read: "N passed, N failed". */
module.exports = class PlainSummaryReporter {
	onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
		const failed = numFailedTests + numRuntimeErrorTestSuites;
		// jest's own summary comes after its reporters.
		process.once('exit', () => console.log(`\n${numPassedTests} passed, ${failed} failed`));
	}
};
