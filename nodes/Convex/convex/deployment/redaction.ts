import type { Value } from 'convex/values';
import type { ConvexCredential } from './credential';
import type { ConvexFailure } from '../failure';
import { rewriteTexts } from '../values/exactJson';
import { replaced, spellingsOf, type Secret, type Spelling } from './secretSpellings';

/** Replaces a secret. */
const REDACTED = '[redacted]';

/**
 * Shorter ones are left alone: a self-hosted key or a token of a few characters may be an ordinary
 * word, and its removal would spoil results.
 */
const MIN_SECRET_LENGTH = 12;

/** Convex itself escapes no printable ASCII character; servers and proxies in between may. */
const ESCAPED_ASCII = /\\u00[2-7]/;

/** A letter or digit that is escaped in JSON; an escaped backslash, so that what is behind it is none. */
const ESCAPED_CHARACTERS = /\\(?:\\|u00([3-7][0-9a-fA-F]))/g;

/**
 * Takes the secrets of a credential out of what a server says, before it is shown or saved: the key or
 * token, the part of a key behind `|`, and the encoded identity of the user to act as; each as it is,
 * escaped for JSON or a URL, and in base64.
 *
 * What holds none of them comes back as it was: the same text, the same object.
 */
export class Redactor {
	private readonly spellings: Spelling[];

	private constructor(secrets: Secret[]) {
		this.spellings = secrets
			.filter(({ text }) => text.length >= MIN_SECRET_LENGTH)
			.flatMap(spellingsOf);
	}

	/** The redactor of a credential; it is made once. */
	static of(credential: ConvexCredential): Redactor {
		const redactor = redactors.get(credential) ?? new Redactor(secretsOf(credential));
		redactors.set(credential, redactor);
		return redactor;
	}

	/** The redactor of a secret that no credential has, such as the token of an upload URL. */
	static ofSecret(text: string): Redactor {
		return new Redactor([{ prefix: '', text }]);
	}

	text(text: string): string {
		if (text.length < MIN_SECRET_LENGTH) return text;
		let redacted = text;
		for (const { part, patterns } of this.spellings) {
			if (redacted.includes(part)) redacted = replaced(redacted, REDACTED, patterns());
		}
		return redacted;
	}

	/** A value of Convex, or plain JSON: its texts, the names of its fields, and its bytes. */
	value(value: Value): Value {
		if (this.spellings.length === 0) return value;
		const texts: string[] = [];
		collectTexts(value, texts);
		// One long search is quicker than many short ones.
		return this.mayBeIn(texts.join('\n')) ? this.redacted(value) : value;
	}

	/**
	 * The text of an answer, mostly JSON. Its texts are read as such only where they may hold a secret, so
	 * that no escape hides one; numbers keep every digit, and one with the digits of a secret stays.
	 */
	body(body: string): string {
		if (this.spellings.length === 0) return body;
		if (!this.mayBeIn(body) && !this.mayBeEscapedIn(body)) return body;
		return isJson(body) ? rewriteTexts(body, (text) => this.text(text)) : this.text(body);
	}

	failure(failure: ConvexFailure): ConvexFailure {
		const { help, repeat } = failure.advice;
		const advice = { help: this.text(help), ...(repeat !== undefined && { repeat }) };
		return failure.with({ message: this.text(failure.message), advice });
	}

	/** Whether the letters and digits of a secret are in a JSON text with escapes among them. */
	private mayBeEscapedIn(body: string): boolean {
		if (!ESCAPED_ASCII.test(body)) return false;
		const unescaped = (escape: string, code?: string) =>
			code === undefined ? escape : String.fromCharCode(Number.parseInt(code, 16));
		return this.mayBeIn(body.replace(ESCAPED_CHARACTERS, unescaped));
	}

	private mayBeIn(text: string): boolean {
		return this.spellings.some(({ part }) => text.includes(part));
	}

	private redacted(value: Value): Value {
		if (typeof value === 'string') return this.text(value);
		if (value instanceof ArrayBuffer) return this.bytes(value);
		if (Array.isArray(value)) return this.array(value);
		return isObject(value) ? this.object(value) : value;
	}

	private array(array: Value[]): Value[] {
		const redacted = array.map((element) => this.redacted(element));
		return redacted.every((element, index) => Object.is(element, array[index])) ? array : redacted;
	}

	private object(object: Record<string, Value | undefined>): Record<string, Value | undefined> {
		let isSame = true;
		const fields = Object.entries(object).map(([name, field]) => {
			const redactedName = this.text(name);
			const redacted = field === undefined ? undefined : this.redacted(field);
			if (redactedName !== name || !Object.is(redacted, field)) isSame = false;
			return [redactedName, redacted] as const;
		});
		return isSame ? object : Object.fromEntries(fields);
	}

	private bytes(bytes: ArrayBuffer): ArrayBuffer {
		const text = Buffer.from(bytes).toString('latin1');
		const redacted = this.text(text);
		return redacted === text ? bytes : Uint8Array.from(Buffer.from(redacted, 'latin1')).buffer;
	}
}

/** What is nested so deeply that it cannot be read is none. */
function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

function collectTexts(value: Value, texts: string[]): void {
	if (typeof value === 'string') {
		if (value.length >= MIN_SECRET_LENGTH) texts.push(value);
	} else if (value instanceof ArrayBuffer) {
		texts.push(Buffer.from(value).toString('latin1'));
	} else if (Array.isArray(value)) {
		for (const element of value) collectTexts(element, texts);
	} else if (isObject(value)) {
		for (const name of Object.keys(value)) {
			collectTexts(name, texts);
			const field = value[name];
			if (field !== undefined) collectTexts(field, texts);
		}
	}
}

/** Convex's decoder makes a field called __proto__ the prototype of its object, which is none the less one. */
function isObject(value: Value): value is Record<string, Value | undefined> {
	return typeof value === 'object' && value !== null;
}

const redactors = new WeakMap<ConvexCredential, Redactor>();

/** `Convex <key>`, `Convex <key>:<identity>` or `Bearer <token>`; a key may end in a part behind `|`. */
function secretsOf({ authorization = '', authentication }: ConvexCredential): Secret[] {
	const value = authorization.slice(authorization.indexOf(' ') + 1);
	if (authentication !== 'deployKey') return [{ prefix: '', text: value }];
	const bar = value.indexOf('|') + 1;
	const colon = value.indexOf(':', bar);
	const key = colon < 0 ? value : value.slice(0, colon);
	const identity = colon < 0 ? '' : value.slice(colon + 1);
	const hasLongPart = key.length - bar >= MIN_SECRET_LENGTH;
	return [
		hasLongPart ? { prefix: key.slice(0, bar), text: key.slice(bar) } : { prefix: '', text: key },
		{ prefix: '', text: identity },
	];
}
