import { z } from 'zod';
import { PlatformFailure } from '../platformFailure';
import type { Body } from '../request';
import type { SyncServer } from './syncServer';

const closeFrame = z.object({ code: z.number(), reason: z.string().optional() });

const limits = z
	.object({
		transitionChunkLength: z.number(),
		pingAfterMs: z.number(),
		heartbeatMs: z.number(),
		clientTimeoutMs: z.number(),
	})
	.partial()
	.strict();

/** What tests do to sockets, by the last part of `/_test/sync/<name>`. */
const CONTROLS = new Map<string, (sync: SyncServer, body: Body) => number | void>([
	['kill', (sync) => sync.disconnect()],
	[
		'close',
		(sync, body) => {
			const { code, reason } = closeFrame.parse(body);
			return sync.forEachConnection(({ socket }) =>
				socket.end({ close: { code, reason: reason ?? '' } }),
			);
		},
	],
	['freeze', (sync) => sync.forEachConnection(({ socket }) => socket.freeze())],
	['unfreeze', (sync) => sync.forEachConnection(({ socket }) => socket.unfreeze())],
	['expireAuth', (sync) => sync.forEachConnection((connection) => connection.expireAuth())],
	['limits', (sync, body) => void Object.assign(sync.limits, limits.parse(body))],
]);

/** Answers with the number of sockets that were hit. */
export function controlSync(
	sync: SyncServer,
	path: string,
	body: Body,
): { status: number; body: { sockets: number } } {
	const control = CONTROLS.get(path.replace('/_test/sync/', ''));
	if (control === undefined) throw new PlatformFailure(404, 'NotFound', path);
	return { status: 200, body: { sockets: control(sync, body) ?? 0 } };
}
