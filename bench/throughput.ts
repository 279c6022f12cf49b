/* eslint-disable no-console -- a command-line program */
import { CONTENDER_LABELS } from './contenders/names';
import { measure } from './measure';
import type { Job, Outcome } from './measurement';
import { reasonToSkip, repeatsFor, SERVERS, type Entry, type Group } from './plan';
import { resultsSection, type Section } from './report/readme';
import { groupTables } from './report/tables';
import { milliseconds } from './report/units';
import { Results } from './results';
import { makeCertificate, type Certificate } from './server/certificate';
import { RunningServer } from './server/client';
import type { Settings } from './settings';
import type { Stage } from './stage';

export const THROUGHPUT_PROGRAMS = { main: 'worker/main', memorySampler: 'worker/memorySampler' };

/** What was measured, in sections of bench/README.md. */
export function reportThroughput(results: Results, { groups }: Settings): Section[] {
	return groups.map((group) => resultsSection(group.name, groupTables(results, SERVERS, group)));
}

/** Measures the contenders with each number of items. */
export async function measureThroughput(
	stage: Stage,
	{ groups, msPerQuery }: Settings,
): Promise<Results> {
	const results = new Results();
	const certificate = makeCertificate(stage.folder);
	for (const kind of SERVERS) {
		const server = await RunningServer.start(kind, certificate, msPerQuery);
		try {
			for (const group of groups) {
				console.error(`\n${group.title}: ${kind.name}`);
				await measureGroup(results, stage, server, certificate, group);
			}
		} finally {
			server.stop();
		}
	}
	return results;
}

async function measureGroup(
	results: Results,
	stage: Stage,
	server: RunningServer,
	certificate: Certificate,
	group: Group,
): Promise<void> {
	for (const items of group.sizes) {
		for (const entry of group.entries.filter(({ upTo = Infinity }) => items <= upTo)) {
			const sent = results.measured(server.kind, group.name, 'convexNode', items)?.batchSizes ?? [];
			const job = {
				contender: entry.contender,
				load: { ...group.load, items },
				server: { url: server.url, latencyMs: server.kind.latencyMs },
				...(sent.length > 0 && { batchSizes: sent }),
			};
			const outcome = await measureEntry(stage, server, certificate, entry, job);
			console.error(`  ${items} × ${CONTENDER_LABELS[entry.contender]}: ${describe(outcome)}`);
			if (outcome.type === 'failed') await server.restart();
			results.add({ server: server.kind, group, contender: entry.contender, items, outcome });
		}
	}
}

async function measureEntry(
	stage: Stage,
	server: RunningServer,
	{ certificate }: Certificate,
	entry: Entry,
	job: Job,
): Promise<Outcome> {
	const { items } = job.load;
	const reason = reasonToSkip(entry, items, server.kind.latencyMs);
	if (reason !== undefined) return { type: 'skipped', reason };
	const outcome = await measure(stage, server, certificate, job, repeatsFor(items));
	if (outcome.type !== 'measured' || entry.contender === 'expressionsAlone') {
		return outcome;
	}
	if (outcome.items === items) return outcome;
	return { type: 'failed', reason: `${outcome.items} items reached the server` };
}

function describe(outcome: Outcome): string {
	return outcome.type === 'measured'
		? milliseconds(outcome.wallTimeMs)
		: `${outcome.type}: ${outcome.reason}`;
}
