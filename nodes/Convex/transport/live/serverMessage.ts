/** Convex itself escapes no printable ASCII character in JSON. Where one is, a type may be hidden. */
const ESCAPED_ASCII = /\\u00[2-7]/;

/** A message that ends a session. */
export interface Ending {
	type: 'AuthError' | 'FatalError';
	error: string;
	answersCredential: boolean;
}

/** @returns undefined for any other message, and for what is none */
export function parseEnding(data: string): Ending | undefined {
	// Most results are none, and are not parsed a second time.
	if (!mayHaveType(data, 'AuthError') && !mayHaveType(data, 'FatalError')) return undefined;
	const message = parseMessage(data);
	if (message === undefined) return undefined;
	const { type } = message;
	if (type !== 'AuthError' && type !== 'FatalError') return undefined;
	return {
		type,
		error: 'error' in message && typeof message.error === 'string' ? message.error : '',
		answersCredential: 'authUpdateAttempted' in message && message.authUpdateAttempted === true,
	};
}

/** Whether it may be a part of a long transition, which the client keeps until the last one arrives. */
export function mayBeChunk(data: string): boolean {
	return mayHaveType(data, 'TransitionChunk');
}

/** Whether it is one indeed. */
export function isChunk(data: string): boolean {
	return parseMessage(data)?.type === 'TransitionChunk';
}

const MAY_BE_FIRST = /"partNumber"\s*:\s*0/;

/** Whether it is the first part: the client keeps none of the parts before it. Others are not parsed. */
export function isFirstChunk(data: string): boolean {
	if (!MAY_BE_FIRST.test(data)) return false;
	const message = parseMessage(data);
	return message !== undefined && 'partNumber' in message && message.partNumber === 0;
}

function mayHaveType(data: string, type: string): boolean {
	return data.includes(`"${type}"`) || ESCAPED_ASCII.test(data);
}

function parseMessage(data: string): { type: unknown } | undefined {
	try {
		const message: unknown = JSON.parse(data);
		return typeof message === 'object' && message !== null && 'type' in message
			? message
			: undefined;
	} catch {
		return undefined;
	}
}
