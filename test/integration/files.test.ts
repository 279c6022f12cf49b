import type { INodeExecutionData } from 'n8n-workflow';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { contentOf, itemWithFile, ofFiles, sha256Of, storedFile } from '../support/files';
import { openHttp } from '../support/syncClients';

const convex = useEmbeddedDeployment('deployKey');

const json = (items: INodeExecutionData[]) => items.map((item) => item.json);

async function upload(...contents: string[]): Promise<string[]> {
	const input = contents.map((content) => itemWithFile(content));
	const concurrency = contents.length > 10 ? 10 : 1;
	const { success } = await convex.run({
		parameters: ofFiles('upload', {}, { concurrency }),
		input,
	});
	return success.map((item) => String(item.json.storageId));
}

const urlOf = async (storageId: string) =>
	String(await openHttp(convex.deployment.url).query('uploads:url', { storageId }));

describe('Upload', () => {
	it('stores the file of each item with its type, and gives its ID, size and checksum', async () => {
		const { success, stoppedBy } = await convex.run({
			parameters: ofFiles('upload'),
			input: [
				itemWithFile('hello', { fileName: 'hello.txt' }),
				itemWithFile('{}', { mimeType: 'application/json' }),
			],
		});
		expect(stoppedBy).toBeUndefined();
		expect(json(success)).toEqual([
			{
				storageId: expect.any(String),
				fileName: 'hello.txt',
				contentType: 'text/plain',
				size: 5,
				sha256: sha256Of('hello'),
			},
			{
				storageId: expect.any(String),
				contentType: 'application/json',
				size: 2,
				sha256: sha256Of('{}'),
			},
		]);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		const response = await fetch(await urlOf(String(success[0]?.json.storageId)));
		expect(response.headers.get('content-type')).toBe('text/plain');
		expect(await response.text()).toBe('hello');
	});

	it('takes the content type of the option, and none that cannot stand in a header', async () => {
		const typed = await convex.run({
			parameters: ofFiles('upload', {}, { contentType: 'text/csv; charset=utf-8' }),
			input: [itemWithFile('a,b')],
		});
		expect(typed.success[0]?.json.contentType).toBe('text/csv; charset=utf-8');
		const odd = await convex.run({
			parameters: ofFiles('upload'),
			input: [itemWithFile('a', { mimeType: 'jpg\r\nX-Evil: 1' })],
		});
		expect(odd.success[0]?.json.contentType).toBe('application/octet-stream');
		const wrong = await convex.run({
			parameters: ofFiles('upload', {}, { contentType: 'jpg' }),
			input: [itemWithFile('a')],
		});
		expect(wrong.stoppedBy?.message).toBe(
			"The option 'Content Type' is not a content type [item 0]",
		);
	});

	it.each([
		['text/html ; charset=utf-8', 'text/html; charset=utf-8'],
		['text/html\t;\tcharset="a ; b";a=1', 'text/html; charset="a ; b";a=1'],
		['image/jpeg;', 'image/jpeg'],
		['application/pdf; name="Rechnung Müller.pdf"', 'application/pdf'],
		['Image/PNG; a=\u0000', 'image/png'],
		['no type; a=b', 'application/octet-stream'],
	])(
		'stores a file as the type that n8n knows it by, without what no header has: %j',
		async (mimeType, contentType) => {
			const { success } = await convex.run({
				parameters: ofFiles('upload'),
				input: [itemWithFile('a', { mimeType })],
			});
			expect(success[0]?.json.contentType).toBe(contentType);
		},
	);

	it('keeps the parameters of a content type, in quotes too', async () => {
		const types = [
			'text/plain; charset="utf-8"',
			'multipart/related; boundary="--=_a1"; type="text/html"',
		];
		const { success } = await convex.run({
			parameters: ofFiles('upload'),
			input: types.map((mimeType) => itemWithFile('a', { mimeType })),
		});
		expect(success.map(({ json }) => json.contentType)).toEqual(types);
		const response = await fetch(await urlOf(String(success[0]?.json.storageId)));
		expect(response.headers.get('content-type')).toBe(types[0]);
		for (const contentType of ['text/plain; charset="a\r\nX-Evil: 1"', 'text/plain; charset="a']) {
			const { stoppedBy } = await convex.run({
				parameters: ofFiles('upload', {}, { contentType }),
				input: [itemWithFile('a')],
			});
			expect(stoppedBy?.message).toMatch(/^The option 'Content Type' is not a content type/);
		}
	});

	it('stores the content of a form as it is', async () => {
		const mimeType = 'application/x-www-form-urlencoded';
		const stored = { ...(await storedFile(convex, 'a=1&b=%20')), mimeType };
		const { success, stoppedBy } = await convex.run({
			parameters: ofFiles('upload'),
			input: [itemWithFile('a=1&b=%20', { mimeType }), { json: {}, binary: { data: stored } }],
		});
		expect(stoppedBy).toBeUndefined();
		expect(success.map(({ json }) => json.contentType)).toEqual([mimeType, mimeType]);
		for (const { json } of success) {
			const response = await fetch(await urlOf(String(json.storageId)));
			expect(response.headers.get('content-type')).toBe(mimeType);
			expect(await response.text()).toBe('a=1&b=%20');
		}
	});

	it('takes another binary field, and a file that an expression gives', async () => {
		const item = itemWithFile('hello');
		const input = [
			{ json: {}, binary: { report: item.binary?.data ?? { data: '', mimeType: '' } } },
		];
		for (const binaryField of ['report', '={{ $input.item.binary.report }}']) {
			const { success } = await convex.run({
				parameters: ofFiles('upload', { binaryField }),
				input,
			});
			expect(success[0]?.json.size).toBe(5);
		}
	});

	it("gets the upload URL from the user's own mutation, without a deploy key", async () => {
		const { success, stoppedBy } = await convex.run({
			credential: { deploymentUrl: convex.deployment.url, authentication: 'none' },
			parameters: ofFiles('upload', {
				uploadUrlFrom: 'function',
				functionPath: { __rl: true, mode: 'path', value: 'uploads:generateUploadUrl' },
				argumentsJson: '{}',
			}),
			input: [itemWithFile('hello')],
		});
		expect(stoppedBy).toBeUndefined();
		expect(await urlOf(String(success[0]?.json.storageId))).toMatch(/\/api\/storage\//);
		expect(await convex.deployment.executions()).toMatchObject({ 'uploads:generateUploadUrl': 1 });
	});

	it('stores an empty file too', async () => {
		const { success } = await convex.run({
			parameters: ofFiles('upload'),
			input: [itemWithFile('')],
		});
		expect(success[0]?.json).toMatchObject({ size: 0, sha256: sha256Of('') });
		expect(await (await fetch(await urlOf(String(success[0]?.json.storageId)))).text()).toBe('');
	});
});

describe('Download', () => {
	it('gives the content in a binary field with name and type, and what Convex knows of it', async () => {
		const [storageId = ''] = await upload('hello');
		const { success, stoppedBy } = await convex.run({
			parameters: ofFiles('download', { storageId, binaryField: ' copy ' }),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success).toEqual([
			{
				json: {
					_id: storageId,
					_creationTime: expect.any(Number),
					contentType: 'text/plain',
					size: 5,
					sha256: sha256Of('hello'),
					url: await urlOf(storageId),
				},
				binary: {
					copy: expect.objectContaining({
						mimeType: 'text/plain',
						fileName: `${storageId}.txt`,
						fileExtension: 'txt',
						bytes: 5,
					}),
				},
				pairedItem: { item: 0 },
			},
		]);
		expect(contentOf(success[0], 'copy')).toBe('hello');
		// n8n would note the address of an answer that it is given as it is.
		expect(success[0]?.binary?.copy?.directory).toBeUndefined();
	});

	it('takes the URL of a file, also without a deploy key, and a name of the user', async () => {
		const [storageId = ''] = await upload('hello');
		const { success, stoppedBy } = await convex.run({
			credential: { deploymentUrl: convex.deployment.url, authentication: 'none' },
			parameters: ofFiles('download', { storageId: '={{ $json.url }}' }, { fileName: 'a/b/hi.md' }),
			input: [{ url: await urlOf(storageId) }],
		});
		expect(stoppedBy).toBeUndefined();
		expect(json(success)).toEqual([
			{ contentType: 'text/plain', size: 5, sha256: sha256Of('hello') },
		]);
		expect(success[0]?.binary?.data).toMatchObject({ fileName: 'hi.md', mimeType: 'text/plain' });
	});

	it('gives an empty file', async () => {
		const [storageId = ''] = await upload('');
		const { success, stoppedBy } = await convex.run({
			parameters: ofFiles('download', { storageId }),
		});
		expect(stoppedBy).toBeUndefined();
		expect(success[0]?.json.size).toBe(0);
		expect(contentOf(success[0])).toBe('');
	});
});

describe('Get and Delete', () => {
	it('describe a file and delete it, item by item', async () => {
		const ids = await upload('a', 'b');
		const input = ids.map((id) => ({ id }));
		const parameters = { storageId: '={{ $json.id }}' };
		const got = await convex.run({ parameters: ofFiles('get', parameters), input });
		expect(json(got.success)).toEqual(
			['a', 'b'].map((content, index) => ({
				_id: ids[index],
				_creationTime: expect.any(Number),
				contentType: 'text/plain',
				size: 1,
				sha256: sha256Of(content),
				url: expect.stringContaining('/api/storage/'),
			})),
		);
		const deleted = await convex.run({ parameters: ofFiles('delete', parameters), input });
		expect(json(deleted.success)).toEqual(ids.map((storageId) => ({ deleted: true, storageId })));
		expect(deleted.success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(json((await convex.run({ parameters: ofFiles('getMany') })).success)).toEqual([]);
	});
});

describe('Get Many', () => {
	it('lists the newest files up to the limit, or from the oldest on', async () => {
		const ids = await upload('a', 'b', 'c');
		const list = async (parameters: object) =>
			(await convex.run({ parameters: ofFiles('getMany', { ...parameters }) })).success.map(
				(item) => item.json._id,
			);
		expect(await list({ limit: 2 })).toEqual([ids[2], ids[1]]);
		expect(await list({ order: 'asc', returnAll: true })).toEqual(ids);
	});

	it('returns all of more files than there are in a page', async () => {
		const contents = Array.from({ length: 105 }, (_, index) => `file ${index}`);
		const ids = await upload(...contents);
		const { success } = await convex.run({
			parameters: ofFiles('getMany', { returnAll: true, order: 'asc' }),
		});
		expect(success.map((item) => String(item.json._id)).sort()).toEqual(ids.sort());
	});

	it.each([7, {}, { page: [], isDone: 'yes' }, { page: 'x', isDone: true, continueCursor: '' }])(
		'names the function of Convex whose result is none of its pages: %j',
		async (value) => {
			const body = { status: 'success', value };
			const fault = { kind: 'answer', path: '/api/query', status: 200, body } as const;
			await convex.deployment.addFault(fault);
			const { stoppedBy } = await convex.run({ parameters: ofFiles('getMany') });
			expect(stoppedBy?.message).toMatch(
				/^This version of Convex does not list its files as n8n-nodes-convex expects/,
			);
		},
	);

	it('lists them once where a bound depends on the time and on no item', async () => {
		await upload('a', 'b', 'c');
		const { success } = await convex.run({
			parameters: ofFiles('getMany', {
				filters: { createdAfter: '={{ $now.minus({ hours: 1 }) }}' },
			}),
			input: Array.from({ length: 300 }, (_, index) => ({ index })),
		});
		expect(success).toHaveLength(3);
	});

	it('lists those that were created in a time', async () => {
		const ids = await upload('a', 'b', 'c');
		const all = await convex.run({ parameters: ofFiles('getMany', { order: 'asc' }) });
		const times = all.success.map((item) => Number(item.json._creationTime));
		const { success } = await convex.run({
			parameters: ofFiles('getMany', {
				filters: { createdAfter: times[1] ?? 0, createdBefore: times[1] ?? 0 },
			}),
		});
		expect(success.map((item) => item.json._id)).toEqual([ids[1]]);
		const later = await convex.run({
			parameters: ofFiles('getMany', { filters: { createdAfter: '2999-01-01T00:00:00' } }),
		});
		expect(later.success).toEqual([]);
		const wrong = await convex.run({
			parameters: ofFiles('getMany', { filters: { createdAfter: 'Room 12' } }),
		});
		expect(wrong.stoppedBy?.message).toBe(
			"'Filters': 'Created After' is text ('Room 12'), not a date [item 0]",
		);
	});

	it.each(['createdAfter', 'createdBefore'])(
		'does not list them all where the expression of %s gives nothing',
		async (name) => {
			await upload('a');
			const { success, stoppedBy } = await convex.run({
				parameters: ofFiles('getMany', { filters: { [name]: '={{ $json.missing }}' } }),
			});
			expect(success).toEqual([]);
			expect(stoppedBy?.message).toMatch(/^'Filters': 'Created (After|Before)' is missing/);
			const empty = await convex.run({
				parameters: ofFiles('getMany', { filters: { [name]: '={{ $json.cell }}' } }),
				input: [{ cell: '' }],
			});
			expect(empty.success).toEqual([]);
			expect(empty.stoppedBy?.message).toMatch(/^'Filters': 'Created (After|Before)' is empty/);
		},
	);

	it('runs once for items that ask for the same, and says so', async () => {
		await upload('a', 'b');
		const same = await convex.run({ parameters: ofFiles('getMany'), input: [{}, {}, {}] });
		expect(same.success).toHaveLength(2);
		const [task] = same.run.data.resultData.runData.Convex ?? [];
		expect(task?.hints?.map(({ message }) => message)).toEqual([
			'The files were listed once for 3 input items, since the parameters are the same for all of them.',
		]);
		const own = await convex.run({
			parameters: ofFiles('getMany', { limit: '={{ $json.limit }}' }),
			input: [{ limit: 1 }, { limit: 2 }, { limit: 1 }],
		});
		expect(own.success.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});
});
