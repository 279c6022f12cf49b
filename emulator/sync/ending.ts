/* eslint-disable no-console -- runs in Node, not in n8n */
import { internalServerError, PlatformFailure } from '../platformFailure';
import type { ServerMessage } from './serverMessage';

/** Credentials that a client sent over the socket are refused. */
export class AuthUpdateFailure extends PlatformFailure {}

/** How a connection ends. */
export interface Ending {
	message?: ServerMessage;
	/** A close frame without a code when absent. */
	close?: { code: number; reason: string };
}

const NORMAL = 1000;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

/**
 * What a client is sent at the end of a connection. Its own errors come as a message, so that it does not try again;
 * others by the close code (crates/local_backend/src/subs/mod.rs, crates/errors/src/lib.rs `close_frame`).
 *
 * @param baseVersion the version of the identity before the failure
 */
export function endingFor(failure: PlatformFailure, baseVersion: number): Ending {
	const { httpStatus, code: reason, message: error } = failure;
	const fatal = { type: 'FatalError', error } as const;
	if (failure instanceof AuthUpdateFailure) {
		return { message: { type: 'AuthError', error, baseVersion, authUpdateAttempted: true } };
	}
	switch (httpStatus) {
		case 401:
			return { message: { type: 'AuthError', error, baseVersion, authUpdateAttempted: false } };
		case 400:
		case 409:
			return { message: fatal };
		case 403:
			return { message: fatal, close: { code: NORMAL, reason } };
		case 404:
		case 408:
			return { close: { code: NORMAL, reason } };
		case 500:
			return { close: { code: INTERNAL_ERROR, reason } };
		default:
			return { close: { code: TRY_AGAIN_LATER, reason } };
	}
}

/** The end of a connection for anything thrown. */
export function asPlatformFailure(error: unknown): PlatformFailure {
	if (error instanceof PlatformFailure) return error;
	console.error(error);
	return internalServerError(500);
}
