/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GuardedWebSockets } from '../../nodes/Convex/transport/live/guardedWebSocket';
import {
	startStallingSyncServer,
	type StallingSyncServer,
} from '../support/misbehavingSyncServers';
import { Arrivals, until } from '../support/waiting';

let server: StallingSyncServer;
let sockets: GuardedWebSockets;
/** What was reported of the sockets of a client. */
let reports: Arrivals<string>;

beforeEach(async () => {
	server = await startStallingSyncServer();
	reports = new Arrivals();
	sockets = new GuardedWebSockets({
		beforeConnect: async () => {},
		onOpen: () => reports.add('opened'),
		onClose: (reason) => reports.add(`closed ${reason}`),
		onUnauthorized: () => reports.add('authentication refused'),
		onProtocolError: () => reports.add('protocol failed'),
	});
});
afterEach(async () => {
	sockets.close();
	await server.stop();
});

/** A socket as Convex's client leaves one that did not open in time: it closes it once it opens. */
function givenUp(): Promise<unknown> {
	const socket = new sockets.webSocketConstructor(server.url);
	socket.onopen = () => socket.close();
	return new Promise((resolve) => {
		socket.onclose = resolve;
	});
}

describe('a socket that the client has given up for another', () => {
	it('is closed, and tells nothing that would be taken for the other one', async () => {
		const ended = givenUp();
		await server.untilConnections(1);
		server.recover();
		new sockets.webSocketConstructor(server.url);
		await reports.until((report) => report === 'opened');
		server.release();
		await ended;
		await server.untilConnections(1);
		expect(reports.all).toEqual(['opened']);
		expect(sockets.isOpen).toBe(true);
	});

	it('before it was permitted is not opened any more', async () => {
		server.recover();
		const ended = givenUp();
		new sockets.webSocketConstructor(server.url);
		await ended;
		await reports.until((report) => report === 'opened');
		await server.untilConnections(1);
		expect(reports.all).toEqual(['opened']);
	});
});

describe('a socket whose server does not close its end', () => {
	/** A socket that is open, and frozen. */
	async function frozen() {
		server.recover();
		const socket = new sockets.webSocketConstructor(server.url);
		await reports.until((report) => report === 'opened');
		server.freeze();
		return socket;
	}

	it('is over for the client, which can make another', async () => {
		const socket = await frozen();
		const closed = new Promise((resolve) => {
			socket.onclose = resolve;
		});
		socket.close();
		expect(await closed).toMatchObject({ code: 1006 });
		expect(reports.all).toEqual(['opened', 'closed ']);
		await server.untilConnections(1);
	});

	it('holds nothing of the client any more', async () => {
		setFlagsFromString('--expose-gc');
		const collectGarbage: () => void = runInNewContext('gc');
		let client: WebSocket | undefined = await frozen();
		const kept = new WeakRef(client);
		client = undefined;
		sockets.close();
		await until(() => {
			collectGarbage();
			return kept.deref() === undefined;
		});
		await server.untilConnections(1);
	});
});

describe('a result that comes in parts', () => {
	const PART_LENGTH = 2 ** 23;
	/** More than 128 MiB. */
	const MANY = 17;
	const part = (type: string) => `{"type":${type},"chunk":"${'x'.repeat(PART_LENGTH)}"}`;
	const many = (types: string[]) =>
		Array.from({ length: MANY }, (_, index) => part(types[index % types.length] ?? ''));

	/** What the client gets of these messages before the connection ends. */
	async function receivedOf(messages: string[]): Promise<number> {
		server.recover();
		const socket = new sockets.webSocketConstructor(server.url);
		let received = 0;
		socket.onmessage = () => (received += 1);
		await reports.until((report) => report === 'opened');
		server.send([...messages, '{"type":"FatalError","error":""}']);
		await reports.until((report) => report.startsWith('closed'));
		return received;
	}

	it('without an end ends the connection, however each part says that it is one', async () => {
		const types = [
			'"TransitionChunk"',
			'"\\u0054ransitionChunk"',
			// A number that is not the first.
			'"TransitionChunk","partNumber":0,"partNumber":1',
		];
		expect(await receivedOf(many(types))).toBe(MANY - 2);
		expect(reports.all).toEqual(['opened', 'protocol failed', 'closed ']);
	});

	it.each([
		[
			'of several results',
			many(['"TransitionChunk"']).flatMap((chunk) => [chunk, '{"type":"Ping"}']),
		],
		['of several results behind each other', many(['"TransitionChunk","partNumber":0'])],
		['that is only called so', many(['"Transition","name":"TransitionChunk"'])],
	])('%s, is handed over', async (_what, messages) => {
		expect(await receivedOf(messages)).toBe(messages.length);
	});
});

describe('a message that ends a session', () => {
	it('does not reach the client in other letters either', async () => {
		server.recover();
		const socket = new sockets.webSocketConstructor(server.url);
		const received: unknown[] = [];
		socket.onmessage = ({ data }) => received.push(data);
		await reports.until((report) => report === 'opened');
		server.send(['{"type":"\\u0041uthError","error":"expired"}']);
		await reports.until((report) => report.startsWith('closed'));
		expect(reports.all).toEqual(['opened', 'authentication refused', 'closed ']);
		expect(received).toEqual([]);
	});
});
