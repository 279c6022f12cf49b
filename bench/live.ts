/* eslint-disable no-console -- a command-line program */
import { LATENCY_MS, measureDelivery, type DeliveryResult } from './live/deliveries';
import { DELIVERY_LABELS, DELIVERY_NAMES } from './live/messages';
import { aimsTable, deliveryTable, triggerTable, type LiveResults } from './live/tables';
import { measureTriggers, type TriggerResult } from './live/triggers';
import { count, milliseconds } from './report/units';
import { makeCertificate } from './server/certificate';
import type { Settings } from './settings';
import type { Stage } from './stage';

export const LIVE_PROGRAMS = {
	deliveryWorker: 'live/deliveryWorker',
	triggerWorker: 'live/triggerWorker',
};

/** The tables of what was measured. */
export function reportLive(results: LiveResults, settings: Settings): string {
	const sections = [`### Aims\n\n${aimsTable(results)}`];
	if (settings.mutations !== undefined) {
		const title = `${count(settings.mutations)} mutations: TLS, ${LATENCY_MS} ms latency`;
		sections.push(`### ${title}\n\n${deliveryTable(results)}`);
	}
	if (settings.triggers.length > 0) {
		sections.push(
			`### From a mutation to the workflow's start: loopback\n\n${triggerTable(results)}`,
		);
	}
	return sections.join('\n\n');
}

/** Measures session delivery and the trigger. */
export async function measureLive(
	stage: Stage,
	{ mutations, triggers }: Settings,
): Promise<LiveResults> {
	return {
		deliveries: mutations === undefined ? [] : await measureDeliveries(stage, mutations),
		triggers: await measureStarts(stage, triggers),
	};
}

async function measureDeliveries(stage: Stage, mutations: number): Promise<DeliveryResult[]> {
	const certificate = makeCertificate(stage.folder);
	const results: DeliveryResult[] = [];
	for (const delivery of DELIVERY_NAMES) {
		const result = await measureDelivery(stage, certificate, delivery, mutations);
		console.error(`  ${DELIVERY_LABELS[delivery]}: ${milliseconds(result.wallTimeMs)}`);
		results.push(result);
	}
	return results;
}

async function measureStarts(stage: Stage, triggers: number[]): Promise<TriggerResult[]> {
	const results: TriggerResult[] = [];
	for (const number of triggers) {
		const result = await measureTriggers(stage, number);
		console.error(`  ${count(number)} triggers: p99 ${milliseconds(result.fromAnswer.p99Ms)}`);
		results.push(result);
	}
	return results;
}
