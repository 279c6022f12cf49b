/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONValue } from 'convex/values';
import { bytesOf, send, sendHead, type Answer } from './answer';
import { failureAnswer } from './api';
import type { FaultEffect } from './faults';
import { internalServerError } from './platformFailure';
import { rejection } from './rejections';

const DRIP_EVERY_MS = 20;

/** A request that a fault hits, and what a fault can do to it. */
export interface Exchange {
	socket: Socket;
	response: ServerResponse;
	/** Runs the function that was asked for. */
	answer: () => Promise<Answer>;
	/** Runs another function. */
	runFunction: (functionPath: string, args: JSONValue) => Promise<void>;
	restart: (downMs: number) => Promise<void>;
	/** Of all requests of the deployment that wait for others. */
	gathering: Gathering;
}

/** Requests that wait for each other. */
export class Gathering {
	private waiting: Array<() => void> = [];

	async join(count: number): Promise<void> {
		const complete = new Promise<void>((resolve) => this.waiting.push(resolve));
		if (this.waiting.length >= count) this.waiting.splice(0).forEach((release) => release());
		await complete;
	}
}

/** Answers a request as the fault has it. */
export async function applyFault(fault: FaultEffect, exchange: Exchange): Promise<void> {
	const { socket, response, answer, runFunction, restart, gathering } = exchange;
	switch (fault.kind) {
		case 'answer':
			if (fault.when === 'after') await answer();
			await send(response, givenAnswer(fault));
			break;
		case 'rejection':
			await sleep(fault.afterMs ?? 0);
			await send(response, failureAnswer(rejection(fault.code)));
			break;
		case 'serverError':
			if (fault.when === 'after') await answer();
			await send(response, failureAnswer(internalServerError(fault.status)));
			break;
		case 'dropBefore':
		case 'resetBefore':
			breakOff(socket, fault.kind);
			break;
		case 'dropAfter':
		case 'resetAfter':
			await answer();
			breakOff(socket, fault.kind);
			break;
		case 'truncate':
		case 'cut':
			await sendHalf(await answer(), fault.kind, response);
			break;
		case 'drip':
			await drip(await answer(), fault, response);
			break;
		case 'delay': {
			const late = await answer();
			await sleep(fault.ms);
			await send(response, late);
			break;
		}
		case 'gather':
			await gathering.join(fault.count);
			await send(
				response,
				fault.status === undefined ? await answer() : { status: fault.status, body: '' },
			);
			break;
		case 'meanwhile':
			await runFunction(fault.functionPath, fault.args);
			await send(response, await answer());
			break;
		case 'restart':
			await restart(fault.downMs);
	}
}

function givenAnswer(fault: FaultEffect & { kind: 'answer' }): Answer {
	const { status, headers } = fault;
	return { status, body: (fault.body ?? '') as JSONValue, ...(headers && { headers }) };
}

function breakOff(socket: Socket, kind: `${'drop' | 'reset'}${string}`): void {
	if (kind.startsWith('drop')) socket.destroy();
	else socket.resetAndDestroy();
}

async function sendHalf(
	answer: Answer,
	kind: 'truncate' | 'cut',
	response: ServerResponse,
): Promise<void> {
	const bytes = await bytesOf(answer);
	const half = bytes.subarray(0, bytes.length / 2);
	sendHead(response, answer, kind === 'truncate' ? half.length : bytes.length);
	if (kind === 'truncate') response.end(half);
	else response.write(half, () => response.destroy());
}

async function drip(
	answer: Answer,
	fault: FaultEffect & { kind: 'drip' },
	response: ServerResponse,
): Promise<void> {
	const bytes = await bytesOf(answer);
	sendHead(response, answer, bytes.length);
	for (const byte of bytes.subarray(0, Math.min(fault.bytes, bytes.length - 1))) {
		if (response.destroyed) return;
		response.write(Buffer.of(byte));
		await sleep(fault.everyMs ?? DRIP_EVERY_MS);
	}
}
