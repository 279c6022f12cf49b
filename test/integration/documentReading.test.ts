import type { ConvexRunOptions } from '../support/convexNode';
import { startNotingProxy } from '../support/askedDocuments';
import { creating, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

/** Convex bills what is read of a table: no more is asked for than the node needs. */
const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const rowsOf = (count: number, name: string) =>
	Array.from({ length: count }, (_, index) => ({ name: `${name} ${index}` }));

type RunOptions = Pick<ConvexRunOptions, 'parameters' | 'input'>;

/**
 * Runs the node, and notes how many documents each request asked for.
 *
 * @param meanwhile what somebody else creates just before the node does
 */
async function run(options: RunOptions, meanwhile: object[] = []) {
	const proxy = await startNotingProxy(convex.deployment.url, async () => {
		await tables.add('loose', ...meanwhile);
	});
	try {
		const credential = { ...convex.credential, deploymentUrl: proxy.url };
		const { success } = await convex.run({ ...options, credential });
		return { asked: proxy.asked, documents: success.map(({ json }) => json) };
	} finally {
		await proxy.stop();
	}
}

beforeEach(async () => await tables.add('loose', ...rowsOf(2_000, 'before')));

describe('the IDs of created documents', () => {
	const create = async (count: number, meanwhile?: object[]) =>
		await run({ parameters: creating('loose'), input: rowsOf(count, 'mine') }, meanwhile);

	it.each([1, 100])('of %i, in a large table, are found by reading little more', async (count) => {
		const { asked, documents } = await create(count);
		expect(documents).toEqual((await tables.rows('loose')).slice(-count));
		// The newest before; then all that came since, that one, and a few that others may have created.
		expect(asked).toEqual([1, count + 5]);
	});

	it('are found by reading so many more as others created meanwhile', async () => {
		const { asked, documents } = await create(1, rowsOf(30, 'theirs'));
		expect(documents).toEqual((await tables.rows('loose')).slice(-1));
		expect(asked).toEqual([1, 6, 6, 12, 24]);
	});

	it('are found among as many as are read at the most', async () => {
		const { documents } = await create(2, rowsOf(1_000, 'theirs'));
		expect(documents).toEqual((await tables.rows('loose')).slice(-2));
	});

	it('are not known where others created too many, of which no more are read', async () => {
		const { asked, documents } = await create(2, rowsOf(1_001, 'theirs'));
		expect(documents.map(({ _id }) => _id)).toEqual([null, null]);
		expect(asked.reduce((sum, each) => sum + each)).toBe(1 + 2 + 1_000 + 1);
	});
});

describe('documents whose fields have a type', () => {
	/** Convex looks at types only when it has read a page. */
	const readOfType = async (type: string, more: ConvexRunOptions['parameters']) => {
		const filter = [{ field: 'name', operator: 'ofType', value: type }];
		const parameters = {
			resource: 'document',
			operation: 'getMany',
			table: { __rl: true, mode: 'name', value: 'loose' },
			filters: { filter },
			...more,
		};
		return await run({ parameters: parameters as never, input: [{}] });
	};

	it('are read little further than to as many as are wanted', async () => {
		const { asked, documents } = await readOfType('string', { limit: 2 });
		expect(documents.map(({ name }) => name)).toEqual(['before 1999', 'before 1998']);
		expect(asked).toEqual([16]);
	});

	it('are read in ever longer pages where few of a page are wanted', async () => {
		const { asked, documents } = await readOfType('boolean', { limit: 2 });
		expect(documents).toEqual([]);
		expect(asked).toEqual([16, 128, 1_000, 1_000]);
	});

	it('are read in whole pages where all are wanted', async () => {
		const { asked, documents } = await readOfType('string', { returnAll: true });
		expect(documents).toHaveLength(2_000);
		expect(asked.slice(0, 2)).toEqual([1_000, 1_000]);
	});
});
