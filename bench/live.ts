/* eslint-disable no-console -- a command-line program */
import { ensureN8n } from '../test/e2e/n8nInstallation';
import { LATENCY_MS, measureDelivery } from './live/deliveries';
import { DELIVERY_LABELS, type DeliveryName } from './live/messages';
import { readLiveSettings, type LiveSettings } from './live/settings';
import { aimsTable, deliveryTable, triggerTable, type LiveResults } from './live/tables';
import { measureTriggers } from './live/triggers';
import { circumstances } from './report/circumstances';
import { writeReadme } from './report/readme';
import { count, milliseconds } from './report/units';
import { makeCertificate } from './server/certificate';
import { buildStage, type Stage } from './stage';

const PROGRAMS = { deliveryWorker: 'live/deliveryWorker', triggerWorker: 'live/triggerWorker' };

const DELIVERIES: DeliveryName[] = ['oneByOne', 'concurrent', 'session'];

/** `npm run bench:live`: measures session delivery and the trigger, and prints the tables. Nothing depends on the times. */
async function main(): Promise<void> {
	const settings = readLiveSettings();
	const heading = circumstances('npm run bench:live', settings.variables);
	const stage = await buildStage(await ensureN8n(), PROGRAMS);
	try {
		const results = await measureAll(stage, settings);
		const report = [
			heading,
			`### Aims\n\n${aimsTable(results)}`,
			`### ${count(settings.mutations)} mutations: TLS, ${LATENCY_MS} ms latency\n\n${deliveryTable(results)}`,
			`### From a mutation to the workflow's start: loopback\n\n${triggerTable(results)}`,
		].join('\n\n');
		console.log(`\n${report}`);
		if (settings.write) await writeReadme('live results', report);
	} finally {
		stage.remove();
	}
}

async function measureAll(
	stage: Stage,
	{ mutations, triggers }: LiveSettings,
): Promise<LiveResults> {
	const results: LiveResults = { deliveries: [], triggers: [] };
	const certificate = makeCertificate(stage.folder);
	for (const delivery of DELIVERIES) {
		const result = await measureDelivery(stage, certificate, delivery, mutations);
		console.error(`  ${DELIVERY_LABELS[delivery]}: ${milliseconds(result.wallTimeMs)}`);
		results.deliveries.push(result);
	}
	for (const number of triggers) {
		const result = await measureTriggers(stage, number);
		console.error(`  ${count(number)} triggers: p99 ${milliseconds(result.fromAnswer.p99Ms)}`);
		results.triggers.push(result);
	}
	return results;
}

void main();
