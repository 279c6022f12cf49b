/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { PassThrough } from 'node:stream';
import {
	answerUnlessAborted,
	readAnswer,
} from '../../../../nodes/Convex/transport/http/answerText';

const CANCELLED = { code: 'ERR_CANCELED' };

describe('a request that is aborted', () => {
	it('destroys an answer that arrives later', async () => {
		const controller = new AbortController();
		const body = new PassThrough();
		const { promise: sent, resolve: answer } = Promise.withResolvers();
		const waiting = answerUnlessAborted(sent, controller.signal);
		controller.abort();
		await expect(waiting).rejects.toMatchObject(CANCELLED);
		expect(body.destroyed).toBe(false);
		answer({ body });
		await sent;
		expect(body.destroyed).toBe(true);
	});

	it.each([undefined, null, 'text', { body: 'text' }])(
		'minds no answer without a stream: %j',
		async (response) => {
			const sent = Promise.resolve(response);
			await expect(answerUnlessAborted(sent, AbortSignal.abort())).rejects.toMatchObject(CANCELLED);
		},
	);

	it.each(['before', 'while'])('destroys its answer where that is %s it is read', async (when) => {
		const controller = new AbortController();
		const body = new PassThrough();
		if (when === 'before') controller.abort();
		const reading = readAnswer(body, controller.signal);
		controller.abort();
		await expect(reading).rejects.toMatchObject(CANCELLED);
		expect(body.destroyed).toBe(true);
	});
});
