/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { StopToo } from '../e2e/cleanup';

const CONNECT_TIMEOUT_MS = 5000;
const STALLED_CHECK_INTERVAL_MS = 500;
const KEYS_PER_SCAN = 1000;

/** What is used of ioredis, the client that comes with n8n. */
interface RedisClient {
	connect(): Promise<void>;
	monitor(): Promise<RedisMonitor>;
	scan(cursor: string, ...options: Array<string | number>): Promise<[string, string[]]>;
	type(key: string): Promise<string>;
	get(key: string): Promise<string | null>;
	hgetall(key: string): Promise<Record<string, string>>;
	lrange(key: string, start: number, stop: number): Promise<string[]>;
	smembers(key: string): Promise<string[]>;
	zrange(key: string, start: number, stop: number): Promise<string[]>;
	xrange(key: string, start: string, end: string): Promise<unknown[]>;
	del(...keys: string[]): Promise<number>;
	on(event: 'error', listener: (error: Error) => void): void;
	disconnect(): void;
}

interface RedisMonitor {
	on(event: 'monitor', listener: (time: string, args: string[]) => void): void;
	disconnect(): void;
}

/** What is used of bull, the queue that comes with n8n. */
interface BullQueue {
	on(event: 'stalled', listener: (job: { data: { executionId: string } }) => void): void;
	isReady(): Promise<unknown>;
	moveUnlockedJobsToWait(): Promise<void>;
	close(): Promise<void>;
}

type RedisConstructor = new (url: string, options: object) => RedisClient;
type BullConstructor = new (name: string, url: string, options: object) => BullQueue;

/** The Redis of the tests: keys with a prefix of their own, and a record of all that is sent to it. */
export class TestRedis {
	/** One command a line, from all clients, also those inside of scripts. */
	private readonly commands: string[] = [];

	private constructor(
		private readonly url: URL,
		private readonly client: RedisClient,
		private readonly load: NodeJS.Require,
		readonly prefix: string,
	) {}

	/**
	 * @param installation the folder of n8n's installation
	 * @throws an error that says how to start Redis, if it is not there
	 */
	static async open(installation: string, prefix: string, stopToo: StopToo): Promise<TestRedis> {
		const url = new URL(process.env.QUEUE_REDIS_URL ?? 'redis://127.0.0.1:6379');
		const load = createRequire(join(installation, 'node_modules', 'n8n', 'package.json'));
		const Redis: RedisConstructor = load('ioredis');
		const client = new Redis(url.href, {
			lazyConnect: true,
			connectTimeout: CONNECT_TIMEOUT_MS,
			retryStrategy: () => null,
		});
		// The reason is here; the rejected connect says only that it is closed.
		let reason: string | undefined;
		client.on('error', (error) => (reason ??= error.message));
		const failure = await client.connect().then(() => undefined, String);
		if (failure !== undefined) throw new Error(missingRedis(url.host, reason ?? failure));
		const redis = new TestRedis(url, client, load, prefix);
		stopToo(async () => await redis.close());
		await redis.record(stopToo);
		return redis;
	}

	/** What n8n has to know to use it. */
	get settings(): NodeJS.ProcessEnv {
		const { hostname, port, username, password, pathname } = this.url;
		return {
			QUEUE_BULL_REDIS_HOST: hostname,
			QUEUE_BULL_REDIS_PORT: port === '' ? '6379' : port,
			QUEUE_BULL_REDIS_USERNAME: decodeURIComponent(username),
			QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(password),
			QUEUE_BULL_REDIS_DB: pathname.slice(1) || '0',
			QUEUE_BULL_PREFIX: this.prefix,
			N8N_REDIS_KEY_PREFIX: this.prefix,
		};
	}

	/** Which of the texts are in a key or a value now, or were in a command since the start. */
	async find(texts: string[]): Promise<string[]> {
		const present = [...this.commands, ...(await this.everythingKept())];
		return texts.filter((text) => present.some((line) => line.includes(text)));
	}

	/**
	 * Does what bull does unless it is told otherwise, and n8n 1 did: gives the job of an execution
	 * whose worker is gone to the next worker. n8n 2 tells its workers to give such jobs up.
	 */
	async runAgain(executionId: string): Promise<void> {
		const Bull: BullConstructor = this.load('bull');
		const queue = new Bull('jobs', this.url.href, {
			prefix: this.prefix,
			settings: { maxStalledCount: 1, stalledInterval: STALLED_CHECK_INTERVAL_MS },
		});
		try {
			await queue.isReady();
			let isGiven = false;
			queue.on('stalled', ({ data }) => (isGiven ||= data.executionId === executionId));
			while (!isGiven) {
				await queue.moveUnlockedJobsToWait();
				await new Promise((resolve) => setTimeout(resolve, STALLED_CHECK_INTERVAL_MS));
			}
		} finally {
			await queue.close();
		}
	}

	private async record(stopToo: StopToo): Promise<void> {
		const monitor = await this.client.monitor();
		monitor.on('monitor', (_time, args) => void this.commands.push(args.join(' ')));
		stopToo(async () => monitor.disconnect());
	}

	private async everythingKept(): Promise<string[]> {
		const kept: string[] = [];
		for (const key of await this.keys('*')) kept.push(`${key} ${await this.contentOf(key)}`);
		return kept;
	}

	private async keys(pattern: string): Promise<string[]> {
		const keys: string[] = [];
		let cursor = '0';
		do {
			const scanned = await this.client.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_SCAN);
			cursor = scanned[0];
			keys.push(...scanned[1]);
		} while (cursor !== '0');
		return keys;
	}

	private async contentOf(key: string): Promise<string> {
		const { client } = this;
		const readers: Record<string, () => Promise<unknown>> = {
			string: async () => await client.get(key),
			hash: async () => await client.hgetall(key),
			list: async () => await client.lrange(key, 0, -1),
			set: async () => await client.smembers(key),
			zset: async () => await client.zrange(key, 0, -1),
			stream: async () => await client.xrange(key, '-', '+'),
			// It ended between the two commands.
			none: async () => null,
		};
		const type = await client.type(key);
		const read = readers[type];
		if (read === undefined) throw new Error(`the key ${key} is of the unknown type ${type}`);
		return JSON.stringify(await read());
	}

	private async close(): Promise<void> {
		const keys = await this.keys(`*${this.prefix}*`);
		if (keys.length > 0) await this.client.del(...keys);
		this.client.disconnect();
	}
}

function missingRedis(host: string, reason: string): string {
	return `Redis does not answer at ${host}: ${reason}
Start one, for example with \`docker run --rm -p 6379:6379 redis:7\` or \`redis-server\`,
or name another in QUEUE_REDIS_URL, for example redis://:password@host:6379/0.`;
}
