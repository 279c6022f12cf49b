const { basename } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Files whose tests wait most. jest knows what a file takes only once it ran on this machine. */
const LONGEST = [
	/FaultRounds\.test\.ts$/,
	/^faultRounds\.test\.ts$/,
	/^session(Connection|Timeout|Reconnect)\.test\.ts$/,
	/^(triggerConnection|queryBatches|syncReconnect|retries|endlessAnswers)\.test\.ts$/,
];

function isLong({ path }) {
	return LONGEST.some((name) => name.test(basename(path)));
}

/** Starts the longest test files first, so that no core is idle while the last one waits. */
module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const sorted = super.sort(tests);
		return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
	}
};
