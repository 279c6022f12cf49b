const { basename } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Files whose tests mostly wait, the longest first. jest knows what a file takes only once it ran here. */
const WAITING = [
	...['triggerConnection', 'sessionTimeout', 'sessionConnection', 'waitConnection'],
	...['syncReconnect', 'waitFailures', 'sessionReconnect', 'endlessAnswers', 'retries'],
	...['automaticFallback', 'queryBatches', 'automaticFailures', 'documentImportFailures'],
	...['sessionFailures', 'triggerFailures', 'triggerCredential', 'slowRunHint', 'waitForResult'],
	'triggerActivation',
].map((name) => `${name}.test.ts`);

/** So many wait at first, while so many of the others keep the cores busy. */
const FIRST = 6;
const OTHERS_MEANWHILE = 60;

/** From then on each starts behind so many of the others. */
const OTHERS_BETWEEN = 5;

function rank({ path }) {
	const place = WAITING.indexOf(basename(path));
	return place < 0 ? WAITING.length : place;
}

/** The longest, the shortest, the second longest …: what is short waits for nothing. */
function fromBothEnds(sorted) {
	return sorted.map((_, index) => sorted.at(index % 2 === 0 ? index / 2 : -(index + 1) / 2));
}

/**
 * Starts what waits longest first, and the rest of it between the other files: the cores are busy while
 * it waits, and no file is left that waits alone.
 */
module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const waiting = tests
			.filter((test) => rank(test) < WAITING.length)
			.toSorted((a, b) => rank(a) - rank(b));
		const others = fromBothEnds(super.sort(tests.filter((test) => rank(test) === WAITING.length)));
		const sorted = [...waiting.splice(0, FIRST), ...others.splice(0, OTHERS_MEANWHILE)];
		for (const [index, test] of others.entries()) {
			if (index % OTHERS_BETWEEN === 0) sorted.push(...waiting.splice(0, 1));
			sorted.push(test);
		}
		return [...sorted, ...waiting];
	}
};
