/** Says at the end which engines ran, and what they ran. */
module.exports = class VersionsReporter {
	engines = new Map();

	onTestResult({ context }, { numPassingTests, numFailingTests, testExecError }) {
		const name = context.config.displayName.name;
		const { passed, failed } = this.engines.get(name) ?? { passed: 0, failed: 0 };
		this.engines.set(name, {
			passed: passed + numPassingTests,
			failed: failed + numFailingTests + (testExecError ? 1 : 0),
		});
	}

	onRunComplete() {
		process.once('exit', () => {
			console.log('\nThe built package ran in:');
			for (const [name, { passed, failed }] of [...this.engines].sort(([a], [b]) =>
				compare(a, b),
			)) {
				console.log(`  ${name.padEnd(20)} ${passed} passed, ${failed} failed`);
			}
		});
	}
};

function compare(one, other) {
	return one.localeCompare(other, 'en', { numeric: true });
}
