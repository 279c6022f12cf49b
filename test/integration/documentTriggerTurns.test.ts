import type { INodeType, IPollFunctions } from 'n8n-workflow';
import { ConvexDocumentTrigger } from '../../nodes/Convex/ConvexDocumentTrigger.node';
import { parseExactJson } from '../../nodes/Convex/convex/values/exactJson';
import { startHttpServer } from '../support/awkwardServers';
import { busyMs, leastOf, longestTurnOf, noteEachTurn } from '../support/eventLoop';
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
	const { promise: pageSent, resolve: sent } = Promise.withResolvers<void>();
	const server = await startHttpServer((request, response) => {
		response.setHeader('content-type', 'application/json');
		request.resume();
		request.on('end', () => {
			if (request.url === '/api/v1/data/sync') response.end(page, () => sent());
			else response.end(tables);
		});
	});
	return { ...server, pageSent };
}

type Feed = Awaited<ReturnType<typeof startFeed>>;

const following = ({ url }: Feed, nodeType = triggerOfSource()) =>
	convex.workflow(
		['tasks'],
		{ startFrom: 'beginning' },
		{ credential: { ...convex.credential, deploymentUrl: url }, nodeType },
	);

let feed: Feed;
beforeEach(async () => (feed = await startFeed()));
afterEach(async () => await feed.stop());

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
	const poll = async () => {
		const { nodeType, longestMs } = busyTrigger();
		const workflow = following(feed, nodeType);
		await workflow.activate();
		expect(workflow.starts.map(({ length }) => length)).toEqual([COUNT]);
		const before = busyMs();
		parseExactJson(PAGE);
		return longestMs() / (busyMs() - before);
	};
	// To parse it in one piece takes 1, and with all else that was once done in one piece, 2.
	expect(await leastOf(0.7, poll)).toBeLessThan(0.7);
});

describe('while a long page of changes is read', () => {
	it('the trigger stands where it stood', async () => {
		const positions: unknown[] = [];
		const nodeType: INodeType = Object.assign(triggerOfSource(), {
			async poll(this: IPollFunctions) {
				const noting = noteEachTurn(() => positions.push(this.getWorkflowStaticData('node').feed));
				try {
					return await ConvexDocumentTrigger.prototype.poll.call(this);
				} finally {
					noting.stop();
				}
			},
		});
		const workflow = following(feed, nodeType);
		await workflow.activate();
		expect(new Set(positions)).toEqual(new Set([undefined]));
		expect(workflow.savedStaticData).toMatchObject({
			'node:Convex Document Trigger': { feed: {} },
		});
	});

	it('another poll finds nothing, and no document comes twice', async () => {
		const workflow = following(feed);
		const activation = workflow.activate();
		await feed.pageSent;
		expect(await workflow.poll()).toBeUndefined();
		expect(workflow.starts).toEqual([]);
		await activation;
		expect(workflow.starts.map(({ length }) => length)).toEqual([COUNT]);
	});

	it('a trigger that is deactivated loses no document, and one that follows repeats none', async () => {
		const workflow = following(feed);
		const activation = workflow.activate();
		await feed.pageSent;
		await workflow.deactivate();
		expect(workflow.starts).toEqual([]);
		await activation;
		const restarted = await convex.restart(workflow, { nodeType: triggerOfSource() });
		expect([...workflow.starts, ...restarted.starts].map(({ length }) => length)).toEqual([COUNT]);
	});
});
