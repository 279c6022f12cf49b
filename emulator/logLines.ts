/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect as inspectInNode } from 'node:util';
import inspect from 'object-inspect';
import { currentPlace, frameOf } from './nestedCalls';

const LEVELS = { log: 'LOG', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** crates/common/src/log_lines.rs, crates/isolate/src/environment/helpers/mod.rs. */
const MAX_LINES = 256;
const MAX_LINE_BYTES = 32_768;

/** The log lines of a call, and the timers that it started. */
class FunctionLog {
	readonly timers = new Map<string, number>();

	constructor(private readonly lines: string[]) {}

	write(level: Level, messages: string[]): void {
		const count = this.lines.length;
		if (count < MAX_LINES - 1) this.lines.push(`[${level}] ${cut(messages)}`);
		else if (count === MAX_LINES - 1) {
			this.lines.push(`[ERROR] Log overflow (maximum ${MAX_LINES}). Remaining log lines omitted.`);
		}
	}
}

const currentLog = new AsyncLocalStorage<FunctionLog>();

type Log = (log: FunctionLog, ...args: unknown[]) => void;

/** crates/isolate/src/ops/console.rs, npm-packages/node-executor/src/executor.ts. */
const TIMERS: Record<string, Log> = {
	time: (log, label) => {
		const name = labelText(label);
		if (log.timers.has(name)) log.write('WARN', [ownText(`Timer '${name}' already exists`)]);
		else log.timers.set(name, Date.now());
	},
	timeLog: (log, label, ...args) => logTime(log, labelText(label), args),
	timeEnd: (log, label) => {
		logTime(log, labelText(label), []);
		log.timers.delete(labelText(label));
	},
	trace: (log, ...args) =>
		log.write('LOG', [...args.map(shown), `\n    ${frameOf(currentPlace())}\n`]),
};

/** Makes `console` collect the log lines of the function that runs, as the backend does. */
export function installFunctionConsole(): void {
	for (const [method, level] of Object.entries(LEVELS)) {
		install(method, (log, ...args) => log.write(level, args.map(shown)));
	}
	for (const [method, log] of Object.entries(TIMERS)) install(method, log);
}

function install(method: string, write: Log): void {
	const methods: Record<string, unknown> = Object(console);
	const original = methods[method];
	methods[method] = (...args: unknown[]) => {
		const log = currentLog.getStore();
		if (log !== undefined) write(log, ...args);
		else if (typeof original === 'function') original.apply(console, args);
	};
}

/** Runs a function; what it and the functions it calls log goes into `lines`. */
export async function collectLogLines<Result>(
	lines: string[],
	run: () => Promise<Result>,
): Promise<Result> {
	return await currentLog.run(new FunctionLog(lines), run);
}

/** Adds a line of the backend's own to the log of the function that runs. */
export function warn(message: string): void {
	currentLog.getStore()?.write('WARN', [message]);
}

function logTime(log: FunctionLog, name: string, args: unknown[]): void {
	const startMs = log.timers.get(name);
	if (startMs === undefined) log.write('WARN', [ownText(`Timer '${name}' does not exist`)]);
	else log.write('INFO', [ownText(`${name}: ${Date.now() - startMs}ms`), ...args.map(shown)]);
}

/** npm-packages/udf-runtime/src/02_console.ts; Node actions show values as Node does. */
function shown(value: unknown): string {
	const options = { maxStringLength: MAX_LINE_BYTES, customInspect: true };
	return currentPlace().runsInNode
		? inspectInNode(value, options)
		: inspect(value, { ...options, indent: 2 });
}

/** What the console itself says, which Node actions show as any text. */
function ownText(text: string): string {
	return currentPlace().runsInNode ? shown(text) : text;
}

function labelText(label: unknown): string {
	return label === undefined ? 'default' : String(label);
}

/** The text of a line; a half of a Unicode character does not reach the backend. */
function cut(messages: string[]): string {
	const text = messages.join(' ').toWellFormed();
	const bytes = Buffer.from(text);
	if (bytes.length <= MAX_LINE_BYTES) return text;
	let end = MAX_LINE_BYTES;
	while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
	return `${bytes.toString('utf8', 0, end)} (truncated due to length)`;
}
