import { isPlainObject } from '../convex/values/plainObject';

/** The way from an item's JSON to a value: field names, and positions in lists. */
export type Reference = ReadonlyArray<string | number>;

/** What was read without n8n's expression engine; undefined leaves it to the engine. */
export type PlainRead = { value: unknown } | undefined;

const REFERENCE = /^=\{\{[ \t\r\n]*\$json((?:\.\w+|\[[^[\]]+\])*)[ \t\r\n]*\}\}$/;
const STEP = /\.([A-Za-z_]\w*)|\[(0|[1-9]\d{0,8})\]|\["([^"]+)"\]|\['([^']+)'\]/y;
/** No escape, quote or brace, which an expression reads in ways of its own. */
const QUOTED_NAME = /^[\p{L}\p{N} _.:/@+-]+$/u;

/**
 * Names that n8n's expressions refuse (n8n-workflow src/utils.ts, `unsafeObjectProperties`), and one that
 * they take for the variable of that name wherever it stands (src/expression-sandboxing.ts, `ThisSanitizer`).
 */
const REFUSED_NAMES: ReadonlySet<string> = new Set(
	`globalThis prototype getPrototypeOf setPrototypeOf getOwnPropertyDescriptor getOwnPropertyDescriptors
	defineProperty defineProperties mainModule binding _linkedBinding _load prepareStackTrace caller
	callee arguments getBuiltinModule dlopen execve loadEnvFile`.split(/\s+/),
);

/**
 * The reference that an expression consists of, such as `={{ $json.a["b c"][0] }}`.
 *
 * @returns undefined for anything else
 */
export function parseReference(expression: string): Reference | undefined {
	// n8n looks for the word in the text of the expression, not in its steps.
	if (expression.includes('constructor')) return undefined;
	const path = REFERENCE.exec(expression)?.[1];
	if (path === undefined) return undefined;
	const steps: Array<string | number> = [];
	STEP.lastIndex = 0;
	while (STEP.lastIndex < path.length) {
		const [step, name, position, double, single] = STEP.exec(path) ?? [];
		if (step === undefined) return undefined;
		const quoted = double ?? single;
		if (quoted !== undefined && !QUOTED_NAME.test(quoted)) return undefined;
		const field = name ?? quoted;
		if (field !== undefined && (!isOrdinaryName(field) || REFUSED_NAMES.has(field))) {
			return undefined;
		}
		steps.push(field ?? Number(position));
	}
	return steps;
}

/** Reads what a reference leads to, where n8n's engine certainly gives an equal value. */
export function readReference(json: unknown, reference: Reference): PlainRead {
	let value = json;
	for (const step of reference) {
		if (typeof step === 'number') {
			if (!isPlainList(value)) return undefined;
		} else if (!isPlainRecord(value)) return undefined;
		value = ownValue(value, step);
	}
	return copyPlain(value);
}

/**
 * n8n's engine takes some 300 µs whatever the size, and copying 0.6 µs a part: with more of them
 * there is little to win, and what was copied in vain comes on top of the engine's time.
 */
const MAX_COPIED_PARTS = 100;
const MAX_DEPTH = 32;

/** A copy of a value that is JSON through and through. */
function copyPlain(value: unknown): PlainRead {
	let parts = 0;
	/** Gives undefined, which JSON does not know, for what is not plain. */
	const copy = (part: unknown, depth: number): unknown => {
		parts += 1;
		if (parts > MAX_COPIED_PARTS) return undefined;
		if (isScalar(part)) return part;
		if (depth === MAX_DEPTH) return undefined;
		if (isPlainList(part)) {
			if (part.length > MAX_COPIED_PARTS) return undefined;
			// A list with holes has fewer keys, one with other properties has more.
			if (Reflect.ownKeys(part).length !== part.length + 1) return undefined;
			const list = Array.from(part, (_, index) => copy(ownValue(part, index), depth + 1));
			return list.includes(undefined) ? undefined : list;
		}
		if (!isPlainRecord(part)) return undefined;
		const record: Record<string, unknown> = {};
		for (const name of Reflect.ownKeys(part)) {
			if (typeof name !== 'string' || !isOrdinaryName(name)) return undefined;
			const field = copy(ownValue(part, name), depth + 1);
			if (field === undefined) return undefined;
			record[name] = field;
		}
		return record;
	};
	const copied = copy(value, 0);
	return copied === undefined ? undefined : { value: copied };
}

/**
 * A property's value, or undefined where it is none that everybody sees: a getter, a hidden property,
 * or one of n8n's proxies, which show another value than they hold (n8n-workflow src/augment-object.ts).
 */
function ownValue(owner: Record<string, unknown> | unknown[], name: string | number): unknown {
	const property = Object.getOwnPropertyDescriptor(owner, name);
	if (property?.enumerable !== true || property.get !== undefined) return undefined;
	const seen: unknown = Reflect.get(owner, name);
	return Object.is(seen, property.value) ? seen : undefined;
}

function isScalar(value: unknown): boolean {
	if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
	return value === null || typeof value === 'string' || typeof value === 'boolean';
}

/** Whether the object is one of JSON.parse: that of a class, or of another realm, is not. */
function isPlainRecord(value: unknown): value is Record<string, unknown> {
	return isPlainObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function isPlainList(value: unknown): value is unknown[] {
	return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** Whether a name has no meaning of its own: to JavaScript, or to what carries values out of the engine. */
export function isOrdinaryName(name: string): boolean {
	return !(name in Object.prototype) && !name.startsWith('__') && name !== 'toJSON';
}
