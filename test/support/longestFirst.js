const { basename } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Files whose tests mostly wait, the longest first. jest knows what a file takes only once it ran here. */
const WAITING = [
	...['triggerConnection', 'sessionConnection', 'sessionTimeout', 'importMemory', 'syncReconnect'],
	...['documentTriggerKillRounds', 'waitConnection', 'waitFailures', 'retries', 'faultRounds'],
	...['sessionReconnect', 'manyItemsFaultRounds', 'manyItemsSessionFaultRounds', 'endlessAnswers'],
	...['queryBatches', 'automaticFallback', 'triggerFailures', 'slowRunHint', 'sessionFailures'],
	...['triggerActivation', 'triggerCredential', 'sessionFaultRounds', 'automaticFaultRounds'],
].map((name) => `${name}.test.ts`);

/** So many wait at first; each of the others starts behind so many files that keep the cores busy. */
const FIRST = 4;
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
		const sorted = waiting.splice(0, FIRST);
		for (const [index, test] of others.entries()) {
			if (index % OTHERS_BETWEEN === 0) sorted.push(...waiting.splice(0, 1));
			sorted.push(test);
		}
		return [...sorted, ...waiting];
	}
};
