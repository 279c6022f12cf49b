import { openHttp } from '../../test/support/syncClients';
import type { Certificate } from '../server/certificate';
import type { Stage } from '../stage';
import type { DocumentJob, DocumentTaskName } from './messages';
import { withSlowDeployment } from './slowDeployment';

/** As many as a mutation adds at once. */
const FILL_SIZE = 1000;

export interface DocumentResult {
	task: DocumentTaskName;
	/** How many are read or written. */
	documents: number;
	/** The median of the runs. */
	wallTimeMs: number;
	/** In the last run. */
	requests: number;
}

const READS = new Set<DocumentTaskName>(['readPages', 'getMany']);

/** Has a node read all documents of a table, or write rows by their key, some times. */
export async function measureDocuments(
	stage: Stage,
	certificate: Certificate,
	task: DocumentTaskName,
	documents: number,
): Promise<DocumentResult> {
	return await withSlowDeployment(stage, certificate, async ({ deployment, measure }) => {
		const http = openHttp(deployment.url);
		for (let filled = 0; READS.has(task) && filled < documents; filled += FILL_SIZE) {
			await http.mutation('documents:fill', { count: Math.min(FILL_SIZE, documents - filled) });
		}
		let seen = 0;
		let requests = 0;
		const countRequests = async () => {
			const stats = await deployment.requestStats();
			requests = stats.requests - seen;
			seen = stats.requests;
		};
		const wallTimeMs = await measure(
			'documentWorker',
			(credential): DocumentJob => ({ task, documents, credential }),
			countRequests,
		);
		return { task, documents, wallTimeMs, requests };
	});
}
