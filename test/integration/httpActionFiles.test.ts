import type { INodeParameters } from 'n8n-workflow';
import { useFileStorage } from '../support/fileStorage';
import { calling } from '../support/convexNode';
import { storedFile } from '../support/files';
import { requestTo } from '../support/httpActions';
import { useSecondApp } from '../support/secondApp';

/** With files on disk, as n8n keeps them by default: nothing of them has to be in memory as a whole. */
const convex = useSecondApp();

const MEBIBYTE = 2 ** 20;

const readFile = useFileStorage();

const run = async (parameters: INodeParameters, input: object[] = [{}]) =>
	await convex.run({
		parameters,
		input: input as never,
		credential: {
			deploymentUrl: convex.deployment.url,
			siteUrl: convex.deployment.siteUrl,
			authentication: 'none',
		},
	});

const download = async (rest: string, response = 'file') =>
	await run(requestTo('GET /bytes/*', { restOfPath: rest, response }));

describe('a file of an HTTP action', () => {
	it.each(['stream', 'whole'])('is stored while it arrives: %s', async (way) => {
		const { success } = await download(`${way}/${20 * MEBIBYTE}`);
		const file = success[0]?.binary?.data;
		expect(file).toMatchObject({ id: expect.any(String), bytes: 20 * MEBIBYTE });
		expect(await readFile(file?.id)).toHaveLength(20 * MEBIBYTE);
	});

	it('that has no type is stored too', async () => {
		const { success } = await download('whole/10', 'auto');
		expect(await readFile(success[0]?.binary?.data?.id)).toEqual(Buffer.alloc(10));
	});

	it('that is cut off is a failure', async () => {
		const { stoppedBy } = await download(`whole/${20 * MEBIBYTE + 1}`);
		expect(stoppedBy?.context.data).toMatchObject({ reason: 'answerCutOff', outcome: 'unknown' });
	});

	it('goes to another one as its body, with its length and type', async () => {
		const { success } = await download(`stream/${20 * MEBIBYTE}`);
		const file = success[0]?.binary?.data;
		const upload = await run(requestTo('PUT /size', { body: 'binary' }), [
			{ json: {}, binary: { data: { ...file, mimeType: 'image/png' } } },
		]);
		expect(upload.success[0]?.json).toEqual({ size: 20 * MEBIBYTE, type: 'image/png' });
	});

	it('with the deploy key in it is not sent, whatever pieces it is read in', async () => {
		const { siteUrl, deployKey } = convex.deployment;
		const credential = {
			deploymentUrl: convex.deployment.url,
			siteUrl,
			authentication: 'deployKey',
			token: deployKey,
		};
		const pieceBytes = 64 * 1024;
		for (const [before, isRefused] of [
			[0, true],
			[pieceBytes - 40, true],
			[3 * pieceBytes, true],
			[5, false],
		] as const) {
			const text = `${'a'.repeat(before)}${isRefused ? deployKey : 'no key'}${'b'.repeat(pieceBytes)}`;
			const data = await storedFile(convex, text);
			const { stoppedBy } = await convex.run({
				credential,
				parameters: requestTo('PUT /size', { body: 'binary' }),
				input: [{ json: {}, binary: { data } }],
			});
			expect([before, stoppedBy?.message]).toEqual([
				before,
				isRefused
					? "'Body' holds the credential's deploy key, which the app's code could read [item 0]"
					: undefined,
			]);
		}
		expect(await convex.deployment.executions()).toMatchObject({ 'PUT /size': 1 });
	});

	it('of n8n that is gone, or too long, is not sent', async () => {
		const gone = { data: '', id: 'filesystem-v2:gone', mimeType: 'image/png' };
		const { stoppedBy } = await run(requestTo('PUT /size', { body: 'binary' }), [
			{ json: {}, binary: { data: gone } },
		]);
		expect(stoppedBy?.context.data).toMatchObject({ outcome: 'notExecuted' });
		expect(await convex.deployment.executions()).toEqual({});
	});
});

describe('a file that n8n has no more', () => {
	const form = { part: [{ name: 'a', type: 'file', binaryField: 'data' }] } as never;
	const argument = [{ name: 'a', type: 'binary', value: 'data' }] as never;
	it.each([
		["'Input Binary Field'", requestTo('PUT /size', { body: 'binary' })],
		["'Form Fields': 'a'", requestTo('PUT /size', { body: 'multipart', multipartFields: form })],
		[
			"'Arguments': 'a'",
			{
				...calling('mutation', 'tasks:create'),
				...{ argumentsMode: 'fields', argumentFields: { argument } },
			},
		],
	])('is named, with what to do: %s', async (subject, parameters) => {
		const { id = '', ...file } = await storedFile(convex, 'content');
		const gone = { ...file, id: id.replace(/[^/]*$/, 'gone') };
		const { stoppedBy } = await run(parameters, [{ json: {}, binary: { data: gone } }]);
		expect(stoppedBy?.message).toMatch(
			new RegExp(
				`^${subject}: n8n cannot read the content of the file \\(.*\\) \\[item 0\\]$`,
				's',
			),
		);
		expect(stoppedBy?.description).toMatch(
			/^n8n keeps the files of an execution for a limited time/,
		);
	});
});
