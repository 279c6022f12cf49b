import { startHttpServer, type TestServer } from '../support/awkwardServers';
import type { WorkflowFile } from '../support/engine';
import { readExamples, withCredential } from '../support/examples';
import type { N8nApi } from './n8nApi';

/** Stands for a channel that takes messages. */
export interface Channel extends TestServer {
	/** What was posted to it. */
	messages: string[];
}

export async function startChannel(): Promise<Channel> {
	const messages: string[] = [];
	const server = await startHttpServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			messages.push(JSON.parse(Buffer.concat(chunks).toString()).text);
			response.end('ok');
		});
	});
	return { ...server, messages };
}

/**
 * Imports a file as it is, but for the credential and the address of the channel.
 *
 * @param adapt gives its other nodes what they need
 * @returns the workflow's id
 */
export async function importExampleInto(
	n8n: N8nApi,
	{ credentialId, channel }: { credentialId: string; channel: string },
	file: string,
	adapt = (workflow: WorkflowFile): WorkflowFile => workflow,
): Promise<string> {
	const example = readExamples().find((candidate) => candidate.file === file);
	if (example === undefined) throw new Error(`there is no examples/${file}`);
	const workflow = adapt(withCredential(example.workflow, credentialId, 'Convex'));
	const text = JSON.stringify(workflow);
	return await n8n.importWorkflow(
		JSON.parse(text.replaceAll('https://hooks.example.com', channel)),
	);
}
