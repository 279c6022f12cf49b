import type { SyncServer, SyncStats } from './syncServer';
import type { SyncLimits } from './syncSocket';

interface CloseFrame {
	code: number;
	reason: string;
}

/** What tests can have the sockets of a deployment do. Those that hit sockets give how many there were. */
export function syncCommandsFor(sync: SyncServer) {
	return {
		syncStats: () => sync.stats,
		killSockets: () => sync.disconnect(),
		closeSockets: (close: CloseFrame) =>
			sync.forEachConnection(({ socket }) => socket.end({ close })),
		freezeSockets: () => sync.forEachConnection(({ socket }) => socket.freeze()),
		unfreezeSockets: () => sync.forEachConnection(({ socket }) => socket.unfreeze()),
		expireAuth: () => sync.forEachConnection((connection) => connection.expireAuth()),
		setSyncLimits: (limits: Partial<SyncLimits>) => void Object.assign(sync.limits, limits),
	};
}

/**
 * What can be done to the sockets of an embedded deployment. Besides, `addFault` and `setRandomFaults` hit
 * what happens on them, by these paths: `/sync/handshake`, `/sync/Mutation/<function path>`,
 * `/sync/Action/<function path>`, `/sync/Transition`.
 */
export interface SyncControls {
	syncStats: () => Promise<SyncStats>;
	/** Cuts all sockets without a close frame. Gives how many there were, like those that follow. */
	killSockets: () => Promise<number>;
	closeSockets: (code: number, reason?: string) => Promise<number>;
	/**
	 * From now on, nothing goes through the open sockets in either direction; the deployment keeps them
	 * open until they are unfrozen or cut, also when the client closes its side.
	 */
	freezeSockets: () => Promise<number>;
	unfreezeSockets: () => Promise<number>;
	/** Revokes the tokens and keys in use on sockets: an AuthError now, and whenever they are sent over one again. */
	expireAuth: () => Promise<number>;
	/** Until `reset`. Those in milliseconds hold for sockets opened later. */
	setSyncLimits: (limits: Partial<SyncLimits>) => Promise<void>;
}

type SyncCommands = ReturnType<typeof syncCommandsFor>;

export function syncControls(
	send: <Name extends keyof SyncCommands>(
		name: Name,
		...input: Parameters<SyncCommands[Name]>
	) => Promise<ReturnType<SyncCommands[Name]>>,
): SyncControls {
	return {
		syncStats: async () => await send('syncStats'),
		killSockets: async () => await send('killSockets'),
		closeSockets: async (code, reason = '') => await send('closeSockets', { code, reason }),
		freezeSockets: async () => await send('freezeSockets'),
		unfreezeSockets: async () => await send('unfreezeSockets'),
		expireAuth: async () => await send('expireAuth'),
		setSyncLimits: async (limits) => await send('setSyncLimits', limits),
	};
}
