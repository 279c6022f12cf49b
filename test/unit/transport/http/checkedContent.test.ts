/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CheckedContent } from '../../../../nodes/Convex/transport/http/checkedContent';

const SHA256_OF_HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

/** Content that is checked, and what n8n makes of it. */
function checkedContent(expected = { size: 5, sha256: SHA256_OF_HELLO }) {
	const source = new PassThrough();
	const checked = new CheckedContent(source, expected);
	const kept: Buffer[] = [];
	const read = async () =>
		await pipeline(checked.stream as Readable, async function* (pieces) {
			for await (const piece of pieces) {
				kept.push(piece as Buffer);
				yield piece;
			}
		});
	return { source, checked, read, kept };
}

it('content that is as it should be comes through', async () => {
	const { source, checked, read, kept } = checkedContent();
	source.write('hel');
	source.end('lo');
	await read();
	expect([Buffer.concat(kept).toString(), checked.size, checked.failure]).toEqual([
		'hello',
		5,
		undefined,
	]);
});

it.each(['hellO', 'hell', 'hello, and more'])(
	'content that is not is a failure to who reads it: %j',
	async (content) => {
		const { source, checked, read } = checkedContent();
		source.end(content);
		await expect(read()).rejects.toThrow('did not arrive as it is stored');
		expect(checked.failure).toMatchObject({ reason: 'contentChanged' });
	},
);

it('content that breaks before it is read ends no process, and is a failure to who reads it then', async () => {
	const { source, checked, read } = checkedContent();
	source.write('hel');
	// As axios ends an answer whose request is aborted.
	source.emit('error', new Error('canceled'));
	source.destroy();
	await new Promise((resolve) => checked.stream.on('close', resolve));
	await expect(read()).rejects.toThrow();
	expect(checked.failure).toEqual(new Error('canceled'));
});
