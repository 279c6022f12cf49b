/* eslint-disable @n8n/community-nodes/no-restricted-globals, no-console -- a command-line program */
import { progressLine, summaryLine } from './report';
import { readSettings } from './settings';
import { Soak } from './soak';
import { setStage } from './stage';
import { Verdict } from './verdict';

/**
 * `npm run soak`: workflows with a Convex Trigger watch a deployment for SOAK_SECONDS (600 unless set),
 * in n8n's engine and with the package as it is built, while mutations go on and on over HTTP and in
 * sessions, and everything goes wrong that goes wrong in months: sockets are killed, reset, closed with
 * a code, stalled, or fall silent without a word; the deployment restarts, is deployed again, is paused,
 * refuses a connection; n8n restarts. What is done, in which order, follows from SOAK_SEED (1 unless
 * set); when exactly it hits what does not.
 *
 * What is promised, and verified. A live query does not give each commit: it gives a row of results,
 * each as of a later commit than the one before, and commits that follow each other fast, or happen
 * while nobody is connected, share one result. So of a trigger on documents:
 *
 * - None is lost: after each start, the documents that the workflow was told of, all changes taken
 *   together since its first activation, are exactly those of the query as of some commit. The
 *   ledger that is watched (examples/convex/ledger.ts) says as of which commit it is, and what its
 *   entries add up to. And when nothing happens any more, the workflow knows the latest commit.
 *   A document that came and went, or a state that was replaced, between two results was never in one.
 * - None is emitted twice: a document is added only when the workflow does not know it, removed only
 *   when it does, and comes only with a state that is newer than the whole result before. So each
 *   state of each document starts the workflow once at most, also when a connection or n8n comes back.
 * - A change names what the workflow was told last as the previous state, unless it was caught up on.
 *
 * Of a trigger on the result: each start has a later result than the one before, and names that one.
 * Of all: no start has a key that n8n would skip, a failure is reported if it was one, and its end is
 * told. Of mutations in sessions: in order, and each that has an answer ran once; over HTTP, too, and
 * those without an answer ran once at most. The same holds for each row of a call for many items.
 *
 * Of a Convex Document Trigger, in each kind of host: in calm moments, what it passed on of its tables is
 * what they are, to the last revision, whatever its polls met, and wherever n8n was restarted.
 *
 * Nothing piles up: after each part of the run there is one socket, on either side, for each trigger;
 * from the first quarter of the run to the last, neither sockets, timers nor the heap grow; when all
 * triggers are closed, no socket and no timer of theirs is left.
 *
 * Ends at the first failure, with exit code 1. The last line has the counts.
 */
async function main(): Promise<void> {
	const settings = readSettings();
	const verdict = new Verdict();
	process.on('uncaughtException', (error) => verdict.fail(error));
	const stage = await setStage(verdict, settings.seed);
	const soak = new Soak(settings, stage, verdict);
	const startedAt = performance.now();
	try {
		await soak.run(() => console.log(progressLine(performance.now() - startedAt, soak, stage)));
	} catch (thrown) {
		verdict.fail(thrown);
	}
	verdict.end();
	await Promise.all(stage.workflows.map(async (workflow) => await workflow.deactivate()));
	await stage.stop();
	const { failure } = verdict;
	if (failure !== undefined) {
		console.log(`\n${failure.message}`);
		console.log(`\nWhat was done last:\n${soak.faultSchedule.latest.join('\n')}\n`);
		process.exitCode = 1;
	}
	console.log(summaryLine(settings, soak, stage, failure));
}

void main();
