import { mapperValue, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

describe('a change of a table without a schema', () => {
	const hintsOf = ({ run }: Awaited<ReturnType<typeof convex.run>>) =>
		run.data.resultData.runData.Convex?.[0]?.hints?.map(({ message }) => message) ?? [];

	it.each([
		['removed', '{}', 'o.x'],
		['set', '{"o.x":5}', ''],
	])('a path into an object is refused where it is %s', async (_what, fields, unsetFields) => {
		const [row] = await tables.add('loose', { o: { x: 1, y: 2 } });
		const { stoppedBy } = await convex.run({
			parameters: updating('loose', fields, { unsetFields }),
			input: [{ _id: row?._id }],
		});
		expect(stoppedBy?.message).toBe(
			"The document has 'o', an object, and no field 'o.x' at its top [item 0]",
		);
		expect(await tables.rows('loose')).toEqual([row]);
	});

	it.each(['list[0].a', 'list.0'])('a path into a list is refused: %s', async (name) => {
		const [row] = await tables.add('loose', { list: [{ a: 1 }] });
		const { stoppedBy } = await convex.run({
			parameters: updating('loose', { [name]: 2 }),
			input: [{ _id: row?._id }],
		});
		expect(stoppedBy?.message).toBe(
			`The document has 'list', an array, and no field '${name}' at its top [item 0]`,
		);
		expect(stoppedBy?.description).toContain("'Whole Document'");
		expect(await tables.rows('loose')).toEqual([row]);
	});

	it.each([{ $integer: 'BQAAAAAAAAA=' }, { $bytes: 'AAAA' }])(
		'a name with a period is taken beside %j, which is no object',
		async (price) => {
			const [row] = await tables.add('loose', { price });
			const { stoppedBy } = await convex.run({
				parameters: updating('loose', { 'price.x': 2 }),
				input: [{ _id: row?._id }],
			});
			expect(stoppedBy).toBeUndefined();
			expect(await tables.rows('loose')).toEqual([{ ...row, 'price.x': 2 }]);
		},
	);

	it('null that an expression of the form gives is written', async () => {
		const [row] = await tables.add('loose', { a: 1, b: 'x', c: true, 'd.e': 1 });
		const fields = mapperValue({ a: '={{ null }}', b: 'y', c: null, 'd.e': '={{ null }}' });
		await convex.run({
			parameters: updating('loose', '', { fieldsMode: 'mapping', fields }),
			input: [{ _id: row?._id }],
		});
		expect(await tables.rows('loose')).toEqual([{ ...row, a: null, b: 'y', 'd.e': null }]);
	});

	it('nothing is changed where a path of a later item is refused, and the node stops', async () => {
		const before = await tables.add('loose', { a: 1 }, { o: { x: 1 } });
		const { stoppedBy } = await convex.run({
			parameters: updating('loose', '={{ $json.fields }}'),
			input: [
				{ _id: before[0]?._id, fields: { a: 2 } },
				{ _id: before[1]?._id, fields: { 'o.x': 2 } },
			],
		});
		expect(stoppedBy?.context.itemIndex).toBe(1);
		expect(await tables.rows('loose')).toEqual(before);
	});

	it('a name with a period that is a field of its own is removed', async () => {
		const [row] = await tables.add('loose', { 'o.x': 1, o: { x: 2 } });
		const parameters = updating('loose', '{}', { unsetFields: 'o.x' });
		const result = await convex.run({ parameters, input: [{ _id: row?._id }] });
		expect([result.stoppedBy, hintsOf(result)]).toEqual([undefined, []]);
		expect(await tables.rows('loose')).toMatchObject([{ o: { x: 2 } }]);
		expect((await tables.rows('loose'))[0]).not.toHaveProperty(['o.x']);
	});

	it('a hint tells of a field that no document had', async () => {
		const [a, b] = await tables.add('loose', { note: 'a' }, { other: 'b' });
		const parameters = updating('loose', '{}', { unsetFields: 'note, nope' });
		const result = await convex.run({ parameters, input: [{ _id: a?._id }, { _id: b?._id }] });
		expect(result.success).toHaveLength(2);
		expect(hintsOf(result)).toEqual([expect.stringMatching(/^No document had 'nope', so nothing/)]);
	});

	it('no hint tells of a field that only an earlier attempt of n8n removed', async () => {
		const [a, b] = await tables.add('loose', { note: 'a', old: 1 }, { note: 'b' });
		await convex.deployment.addFault({
			path: '/api/mutation',
			skip: 1,
			kind: 'answer',
			status: 429,
			body: { code: 'TooManyConcurrentRequests', message: 'Busy' },
		});
		const result = await convex.run({
			parameters: updating('loose', '{}', { unsetFields: 'old', options: { maxRetries: 0 } }),
			input: [{ _id: a?._id }, { _id: b?._id }],
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
		});
		expect([result.success.length, hintsOf(result)]).toEqual([2, []]);
	});

	const changingTwice = async (
		document: object,
		first: object,
		second: { fields?: object; remove?: string },
	) => {
		const [row] = await tables.add('loose', document);
		return await convex.run({
			parameters: updating('loose', '={{ $json.fields ?? {} }}', {
				unsetFields: '={{ $json.remove ?? "" }}',
			}),
			input: [
				{ _id: row?._id, fields: first },
				{ _id: row?._id, ...second },
			],
		});
	};

	it('no hint tells of a field that an item before has set', async () => {
		const result = await changingTwice({ note: 'a' }, { old: 5 }, { remove: 'old' });
		expect([result.success.length, hintsOf(result)]).toEqual([2, []]);
		expect((await tables.rows('loose'))[0]).not.toHaveProperty('old');
	});

	it('a path is taken or refused by what an item before has made of the document', async () => {
		const path = { fields: { 'o.x': 1 } };
		const refused = await changingTwice({ o: 'text' }, { o: { x: 2 } }, path);
		expect(refused.stoppedBy?.message).toContain("The document has 'o', an object");
		const taken = await changingTwice({ o: { x: 2 } }, { o: 'text' }, path);
		expect(taken.stoppedBy).toBeUndefined();
		expect((await tables.rows('loose'))[1]).toMatchObject({ o: 'text', 'o.x': 1 });
	});
});
