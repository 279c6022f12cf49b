import type { Job } from '../measurement';
import { baseNode } from './baseNode';
import { FUNCTION_PATH, LIST_ARGUMENT, LIST_FUNCTION_PATH } from './calls';
import type { Contender, Loop } from './contender';
import { httpRequestNode } from './httpRequestNode';

const CODE_BATCH_SIZE = 100;

/** What people build to send one item after the other: a loop with its default batch size. */
export async function loopWithHttpRequest(job: Job): Promise<Contender> {
	return await inLoop(await httpRequestNode(job), 1);
}

/** @returns a node that runs for so many items at a time */
export async function inLoop(contender: Contender, batchSize: number): Promise<Contender> {
	const loop: Loop = { ...(await baseNode('splitInBatches')), batchSize };
	return { ...contender, loop };
}

/**
 * What people write who know some JavaScript: a call for each item of a batch. Queries go all at once,
 * mutations one after another.
 */
export async function loopWithCode({ load, server }: Job): Promise<Contender> {
	return await loopWithCodeFor(
		`${server.url}/api/${load.operation}`,
		FUNCTION_PATH,
		load.operation,
	);
}

/** @param url the endpoint of this operation */
export async function loopWithCodeFor(
	url: string,
	functionPath: string,
	operation: Job['load']['operation'],
): Promise<Contender> {
	const eachItem =
		operation === 'query'
			? `return await Promise.all(
	$input.all().map(async ({ json }) => ({ json: await call(json) })),
);`
			: `const results = [];
for (const { json } of $input.all()) results.push({ json: await call(json) });
return results;`;
	return await inLoop(await codeNode(url, functionPath, eachItem), CODE_BATCH_SIZE);
}

/** What people write for an import: a call for each batch, of a function that takes a list. */
export async function loopWithCodeForLists({ load, server }: Job): Promise<Contender> {
	const list = `const { value } = await call({ ${LIST_ARGUMENT}: $input.all().map(({ json }) => json) });
return value.map((json) => ({ json }));`;
	const url = `${server.url}/api/${load.operation}`;
	return await inLoop(await codeNode(url, LIST_FUNCTION_PATH, list), CODE_BATCH_SIZE);
}

async function codeNode(url: string, functionPath: string, code: string): Promise<Contender> {
	const call = `const call = async (args) =>
	await this.helpers.httpRequest({
		method: 'POST',
		url: '${url}',
		body: { path: '${functionPath}', args, format: 'json' },
		json: true,
	});`;
	return {
		...(await baseNode('code')),
		parameters: { mode: 'runOnceForAllItems', language: 'javaScript', jsCode: `${call}\n${code}` },
		needsCodeRunner: true,
	};
}
