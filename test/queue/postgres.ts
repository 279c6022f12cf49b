/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { StopToo } from '../e2e/cleanup';

const CONNECT_TIMEOUT_MS = 5000;
const TERMINATE_TIMEOUT_MS = 5000;

/** What is used of pg, the client that comes with n8n. */
interface PostgresClient {
	connect(): Promise<void>;
	query(text: string, values?: unknown[]): Promise<{ rows: Array<Record<string, string>> }>;
	end(): Promise<void>;
}

type ClientConstructor = new (options: object) => PostgresClient;

/** A PostgreSQL database of the tests, made when it is opened and dropped at the end. */
export class TestPostgres {
	private holder: PostgresClient | undefined;

	private constructor(
		private readonly url: URL,
		private readonly Client: ClientConstructor,
		private readonly database: string,
	) {}

	/**
	 * @param installation the folder of n8n's installation
	 * @param database a name that needs no quotes
	 * @throws an error that says how to start PostgreSQL, if it is not there
	 */
	static async open(
		installation: string,
		database: string,
		stopToo: StopToo,
	): Promise<TestPostgres> {
		const text = process.env.QUEUE_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
		const url = new URL(text);
		const load = createRequire(join(installation, 'node_modules', 'n8n', 'package.json'));
		const { Client }: { Client: ClientConstructor } = load('pg');
		const postgres = new TestPostgres(url, Client, database);
		const failure = await postgres
			.administer(`CREATE DATABASE ${database}`)
			.then(() => undefined, String);
		if (failure !== undefined) throw new Error(missingPostgres(url, failure));
		stopToo(async () => await postgres.administer(`DROP DATABASE ${database} WITH (FORCE)`));
		return postgres;
	}

	/** What n8n has to know to use it. */
	get settings(): NodeJS.ProcessEnv {
		const { hostname, port, username, password } = this.url;
		return {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: hostname,
			DB_POSTGRESDB_PORT: port === '' ? '5432' : port,
			DB_POSTGRESDB_USER: decodeURIComponent(username),
			DB_POSTGRESDB_PASSWORD: decodeURIComponent(password),
			DB_POSTGRESDB_DATABASE: this.database,
		};
	}

	/** The status of each execution of a workflow, by its id, also of those that have not ended. */
	async executionStatuses(workflowId: string): Promise<Record<string, string>> {
		return await this.use(this.database, async (client) => {
			const { rows } = await client.query(
				'SELECT id, status FROM execution_entity WHERE "workflowId" = $1 ORDER BY id',
				[workflowId],
			);
			return Object.fromEntries(rows.map(({ id = '', status = '' }) => [id, status]));
		});
	}

	/** Has whoever writes the row of a workflow wait; executions of it may begin. */
	async holdWorkflow(workflowId: string): Promise<void> {
		const holder = await this.connect(this.database);
		this.holder = holder;
		await holder.query('BEGIN');
		const row = 'SELECT id FROM workflow_entity WHERE id = $1 FOR NO KEY UPDATE';
		await holder.query(row, [workflowId]);
	}

	/** Ends the connections of those that wait, before they can write, and lets others write again. */
	async releaseWorkflow(): Promise<void> {
		await this.holder?.query(
			`SELECT pg_terminate_backend(pid, $1) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`,
			[TERMINATE_TIMEOUT_MS],
		);
		await this.holder?.end();
		this.holder = undefined;
	}

	/** Which of the texts are in a row of any table. */
	async find(texts: string[]): Promise<string[]> {
		return await this.use(this.database, async (client) => {
			const tables = await client.query(
				`SELECT quote_ident(table_name) AS name FROM information_schema.tables
				WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
			);
			const found = new Set<string>();
			for (const { name } of tables.rows) {
				const { rows } = await client.query(
					`SELECT DISTINCT wanted FROM unnest($1::text[]) AS wanted, ${name} AS content
					WHERE position(wanted IN content::text) > 0`,
					[texts],
				);
				for (const { wanted } of rows) if (wanted !== undefined) found.add(wanted);
			}
			return [...found];
		});
	}

	private async administer(command: string): Promise<void> {
		const database = this.url.pathname.slice(1) || 'postgres';
		await this.use(database, async (client) => void (await client.query(command)));
	}

	private async use<Result>(
		database: string,
		ask: (client: PostgresClient) => Promise<Result>,
	): Promise<Result> {
		const client = await this.connect(database);
		try {
			return await ask(client);
		} finally {
			await client.end();
		}
	}

	private async connect(database: string): Promise<PostgresClient> {
		const connectionString = Object.assign(new URL(this.url), { pathname: `/${database}` }).href;
		const connectionTimeoutMillis = CONNECT_TIMEOUT_MS;
		const client = new this.Client({ connectionString, connectionTimeoutMillis });
		await client.connect();
		return client;
	}
}

function missingPostgres({ host, username }: URL, reason: string): string {
	return `PostgreSQL at ${host} does not let "${username}" create a database: ${reason}
Start one, for example with
\`docker run --rm -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:17\`,
or name another in QUEUE_POSTGRES_URL, for example postgres://user:password@host:5432/postgres.`;
}
