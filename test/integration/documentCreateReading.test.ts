import { startHttpServer } from '../support/awkwardServers';
import { creating, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { passRequestOn } from '../support/passOn';

/** Convex bills what is read of a table, and its users asked for none of what finds the IDs. */
const convex = useEmbeddedDeployment('deployKey');
const tables = tablesOf(convex);

const rowsOf = (count: number, name: string) =>
	Array.from({ length: count }, (_, index) => ({ name: `${name} ${index}` }));

/**
 * Creates documents, and notes how many each request asked for.
 *
 * @param meanwhile what somebody else creates just before
 */
async function create(count: number, meanwhile: object[] = []) {
	const asked: number[] = [];
	const server = await startHttpServer(async (request, response) => {
		if (request.url === '/api/mutation') await tables.add('loose', ...meanwhile);
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			const [{ paginationOpts }] = [JSON.parse(body).args].flat();
			if (paginationOpts !== undefined) asked.push(paginationOpts.numItems);
		});
		passRequestOn(request, response, new URL(convex.deployment.url));
	});
	try {
		const { success } = await convex.run({
			parameters: creating('loose'),
			input: rowsOf(count, 'mine'),
			credential: { ...convex.credential, deploymentUrl: server.url },
		});
		return { asked, documents: success.map(({ json }) => json) };
	} finally {
		await server.stop();
	}
}

beforeEach(async () => await tables.add('loose', ...rowsOf(2_000, 'before')));

it.each([1, 100])(
	'of a large table little more than %i created documents is read',
	async (count) => {
		const { asked, documents } = await create(count);
		expect(documents).toEqual((await tables.rows('loose')).slice(-count));
		// The newest before; then all that came since, that one, and a few that others may have created.
		expect(asked).toEqual([1, count + 5]);
	},
);

it('so many more are read as others created meanwhile', async () => {
	const { asked, documents } = await create(1, rowsOf(30, 'theirs'));
	expect(documents).toEqual((await tables.rows('loose')).slice(-1));
	expect(asked).toEqual([1, 6, 6, 12, 24]);
});

it('the IDs are found up to as many as are read at the most', async () => {
	const { documents } = await create(2, rowsOf(1_000, 'theirs'));
	expect(documents).toEqual((await tables.rows('loose')).slice(-2));
});

it('no more are read where others created too many, and the IDs are not known', async () => {
	const { asked, documents } = await create(2, rowsOf(1_001, 'theirs'));
	expect(documents.map(({ _id }) => _id)).toEqual([null, null]);
	expect(asked.reduce((sum, each) => sum + each)).toBe(1 + 2 + 1_000 + 1);
});
