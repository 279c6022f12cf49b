import { startHttpServer, type TestServer } from './awkwardServers';
import { passRequestOn } from './passOn';

/**
 * A deployment, behind a proxy that notes how many documents of tables it is asked for: Convex reads, and
 * bills, what is asked for, wanted or not.
 *
 * @param beforeMutation what somebody else does before a mutation arrives
 */
export async function startNotingProxy(
	deploymentUrl: string,
	beforeMutation = async () => {},
): Promise<TestServer & { asked: number[] }> {
	const asked: number[] = [];
	const server = await startHttpServer(async (request, response) => {
		if (request.url === '/api/mutation') await beforeMutation();
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			const [{ paginationOpts }] = [JSON.parse(body).args].flat();
			if (paginationOpts !== undefined) asked.push(paginationOpts.numItems);
		});
		passRequestOn(request, response, new URL(deploymentUrl));
	});
	return { ...server, asked };
}
