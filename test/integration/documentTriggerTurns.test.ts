import type { INodeType, IPollFunctions } from 'n8n-workflow';
import { ConvexDocumentTrigger } from '../../nodes/Convex/ConvexDocumentTrigger.node';
import { parseExactJson } from '../../nodes/Convex/convex/values/exactJson';
import { startHttpServer } from '../support/awkwardServers';
import { busyMs, leastOf, longestTurnOf } from '../support/eventLoop';
import { triggerOfSource } from '../support/polls';
import { usePolls } from '../support/pollsOfTest';

/** A page of the feed has up to 16,384 documents, or 64 MiB; n8n has other work to do meanwhile. */
const convex = usePolls();

const COUNT = 16_000;

const PAGE = pageOf(COUNT);

/** As Convex writes it: whole numbers are times and int64, all others have a point. */
function pageOf(count: number): string {
	const text = JSON.stringify('lorem "ipsum" \\ '.repeat(50));
	const rows = Array.from({ length: count }, (_, index) => {
		const system = `"_id":"id${index}","_creationTime":1790000000000.5`;
		const own = `"title":"task ${index}","count":${index},"parts":[1.0,2.0,{"a":5}],"text":${text}`;
		const ts = 1_790_000_000_000_000_000n + BigInt(index);
		return `{"component":"","table":"tasks","ts":${ts},"deleted":false,"value":{${system},${own}}}`;
	});
	const status = '{"type":"upToDate","snapshotTs":1790000000000099999}';
	return `{"status":${status},"truncates":[],"values":[${rows.join(',')}],"pagination":{"nextCursor":"c","hasMore":true}}`;
}

/** A deployment whose feed has that page. */
async function startFeed() {
	const page = Buffer.from(PAGE);
	const tables = '{"status":"success","value":{"1":"tasks"},"logLines":[]}';
	return await startHttpServer((request, response) => {
		response.setHeader('content-type', 'application/json');
		request.resume();
		request.on('end', () => response.end(request.url === '/api/v1/data/sync' ? page : tables));
	});
}

/** The trigger, which notes the longest work between two turns of the event loop while it polls. */
function busyTrigger() {
	let longestMs = 0;
	const nodeType: INodeType = Object.assign(triggerOfSource(), {
		async poll(this: IPollFunctions) {
			const poll = async () => await ConvexDocumentTrigger.prototype.poll.call(this);
			const turn = await longestTurnOf(poll);
			longestMs = turn.longestMs;
			return turn.result;
		},
	});
	return { nodeType, longestMs: () => longestMs };
}

it('n8n goes on with its other work while a long page of changes is read', async () => {
	const server = await startFeed();
	const poll = async () => {
		const { nodeType, longestMs } = busyTrigger();
		const workflow = convex.workflow(
			['tasks'],
			{ startFrom: 'beginning' },
			{ credential: { ...convex.credential, deploymentUrl: server.url }, nodeType },
		);
		await workflow.activate();
		expect(workflow.starts.map(({ length }) => length)).toEqual([COUNT]);
		const before = busyMs();
		parseExactJson(PAGE);
		return longestMs() / (busyMs() - before);
	};
	try {
		expect(await leastOf(1, poll)).toBeLessThan(1);
	} finally {
		await server.stop();
	}
});
