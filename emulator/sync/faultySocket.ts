/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONValue } from 'convex/values';
import type { FaultEffect } from '../faults';
import { internalServerError, PlatformFailure } from '../platformFailure';
import { rejection } from '../rejections';

/** Something that happens over a socket, and what a fault can do to it. */
export interface SocketExchange {
	/** Runs what was asked for; gives what answers it. */
	run: () => Promise<() => void | Promise<void>>;
	/** Closes the connection, without a close frame. */
	kill: () => void;
	/** The same with a reset (RST). */
	reset: () => void;
	/** Keeps the connection open, and nothing goes over it any more. */
	freeze: () => void;
	/** Runs another function. */
	runFunction: (functionPath: string, args: JSONValue) => Promise<void>;
	restart: (downMs: number) => Promise<void>;
}

/**
 * Does to a socket what `applyFault` of faultyExchange.ts does to a request. A status ends the connection
 * by the close code that the backend has for it. Frames are never sent by halves, so `truncate` and `cut` are
 * `dropAfter`, and `drip` ends in silence.
 *
 * @throws PlatformFailure that the connection ends with
 */
export async function applyFaultToSocket(
	fault: FaultEffect | undefined,
	exchange: SocketExchange,
): Promise<void> {
	const { run, kill, reset, freeze, runFunction, restart } = exchange;
	switch (fault?.kind) {
		case 'answer':
			if (fault.when === 'after') await run();
			throw givenFailure(fault);
		case 'rejection':
			await sleep(fault.afterMs ?? 0);
			throw rejection(fault.code);
		case 'serverError':
			if (fault.when === 'after') await run();
			throw internalServerError(fault.status);
		case 'dropBefore':
			return kill();
		case 'resetBefore':
			return reset();
		case 'dropAfter':
		case 'truncate':
		case 'cut':
			await run();
			return kill();
		case 'resetAfter':
			await run();
			return reset();
		case 'drip':
			await run();
			return freeze();
		case 'delay': {
			const answer = await run();
			await sleep(fault.ms);
			return await answer();
		}
		case 'restart':
			return await restart(fault.downMs);
		case 'meanwhile':
			await runFunction(fault.functionPath, fault.args);
	}
	const answer = await run();
	await answer();
}

function givenFailure({ status, body }: FaultEffect & { kind: 'answer' }): PlatformFailure {
	const { code, message } = Object.assign({ code: 'InternalServerError', message: '' }, body);
	return new PlatformFailure(status, code, message);
}
