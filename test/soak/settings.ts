/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
const DEFAULT_SECONDS = 600;
const MIN_SECONDS = 10;

export interface SoakSettings {
	seconds: number;
	/** What is done, in which order and after which pauses, follows from it. */
	seed: number;
}

/** @throws Error naming the variable */
export function readSettings(): SoakSettings {
	return {
		seconds: wholeNumber('SOAK_SECONDS', DEFAULT_SECONDS, MIN_SECONDS),
		seed: wholeNumber('SOAK_SEED', 1, 0),
	};
}

function wholeNumber(name: string, fallback: number, min: number): number {
	const text = process.env[name] ?? '';
	if (text === '') return fallback;
	const number = Number(text);
	if (Number.isSafeInteger(number) && number >= min) return number;
	throw new Error(`${name} is '${text}': set it to a whole number, ${min} or more`);
}
