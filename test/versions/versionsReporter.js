const { writeSync } = require('node:fs');

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
		const rows = [...this.engines]
			.sort(([a], [b]) => compare(a, b))
			.map(
				([name, { passed, failed }]) => `  ${name.padEnd(20)} ${passed} passed, ${failed} failed\n`,
			);
		const summary = `\nThe built package ran in:\n${rows.join('')}`;
		// jest's own summary comes after its reporters; when it forces its exit it mutes the stream.
		process.once('exit', () => void writeSync(process.stdout.fd, summary));
	}
};

function compare(one, other) {
	return one.localeCompare(other, 'en', { numeric: true });
}
