import { GuardedWebSockets } from '../../nodes/Convex/transport/live/guardedWebSocket';
import { startStallingSyncServer, type StallingSyncServer } from '../support/stallingSyncServer';
import { Arrivals } from '../support/syncClients';

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
