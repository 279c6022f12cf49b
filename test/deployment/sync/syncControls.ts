import type { AxiosInstance } from 'axios';
import type { SyncLimits } from './syncSocket';
import type { SyncStats } from './syncServer';

/**
 * What can be done to the sockets of an embedded deployment. Besides, `addFault` hits what happens on
 * them by these paths: `sync/handshake`, `sync/Mutation/<path>`, `sync/Action/<path>`, `sync/Transition`.
 */
export interface SyncControls {
	syncStats: () => Promise<SyncStats>;
	/** Cuts all sockets without a goodbye. Gives how many there were, like those that follow. */
	killSockets: () => Promise<number>;
	closeSockets: (code: number, reason?: string) => Promise<number>;
	/** From now on, nothing goes through the open sockets in either direction; they stay open. */
	freezeSockets: () => Promise<number>;
	unfreezeSockets: () => Promise<number>;
	/** Ends the tokens and keys in use on sockets: an AuthError now, and whenever they are sent over one again. */
	expireAuth: () => Promise<number>;
	/** Until `reset`. Those in milliseconds hold for sockets opened later. */
	setSyncLimits: (limits: Partial<SyncLimits>) => Promise<void>;
}

export function syncControls(control: AxiosInstance): SyncControls {
	const post = async (name: string, body = {}): Promise<number> =>
		(await control.post(`/_test/sync/${name}`, body)).data.sockets;
	return {
		syncStats: async () => (await control.get('/_test/sync')).data,
		killSockets: async () => await post('kill'),
		closeSockets: async (code, reason) => await post('close', { code, reason }),
		freezeSockets: async () => await post('freeze'),
		unfreezeSockets: async () => await post('unfreeze'),
		expireAuth: async () => await post('expireAuth'),
		setSyncLimits: async (limits) => void (await post('limits', limits)),
	};
}
