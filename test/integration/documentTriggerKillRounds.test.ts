/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests } from '../support/importRequests';
import { PROJECT } from '../support/packPackage';
import type { HostKind } from '../support/polls';
import { bundledProgram } from '../support/runProgram';

/** An n8n that is killed while it polls, and started again. */
const use = useEmbeddedDeployment('deployKey');

const { documents, request } = adminRequests(() => use.deployment);

type KilledAt = 'read' | 'started' | 'saved' | 'never';

let program: string;
let folder: string;

beforeAll(async () => {
	program = await bundledProgram('documentFeed');
});
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'killed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns the signal that ended the process, if one did */
async function runN8n(host: HostKind, killedAt: KilledAt): Promise<string | null> {
	const { url, deployKey } = use.deployment;
	const child = spawn(process.execPath, ['-', PROJECT, url, deployKey, folder, host, killedAt], {
		cwd: PROJECT,
		stdio: ['pipe', 'ignore', 'inherit'],
	});
	child.stdin?.end(program);
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', (code, signal) => {
			if (code !== null && code !== 0) reject(new Error(`it ended with code ${code}`));
			else resolve(signal);
		});
	});
}

async function write(count: number): Promise<void> {
	const args = { count, group: 'g' };
	await request('POST', 'mutation', { data: { path: 'documents:fill', args, format: 'json' } });
}

async function remove(numbers: number[]): Promise<void> {
	const args = { numbers, group: 'g' };
	await request('POST', 'mutation', { data: { path: 'documents:remove', args, format: 'json' } });
}

interface Item {
	change: 'written' | 'deleted';
	id: string;
	timestamp: string;
}

function itemsTold(): Item[] {
	const text = readFileSync(join(folder, 'items.jsonl'), 'utf8');
	return text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
}

/** What the workflow knows is there. */
function idsTold(): Set<string> {
	const ids = new Set<string>();
	for (const { change, id } of itemsTold()) {
		if (change === 'written') ids.add(id);
		else ids.delete(id);
	}
	return ids;
}

const timesTold = () =>
	itemsTold().map(({ change, id, timestamp }) => [change, id, timestamp].join());

/** How often the workflow was told the same. */
function repetitions(): number {
	const told = timesTold();
	return told.length - new Set(told).size;
}

async function presentIds(): Promise<Set<string>> {
	return new Set((await documents('documents')).map(({ _id }) => String(_id)));
}

const KILLS_AT_THE_BEGINNING: KilledAt[] = ['read', 'started', 'saved'];

it('an n8n that is killed while it sends the beginning sends all of it', async () => {
	await write(20);
	for (const killedAt of KILLS_AT_THE_BEGINNING) {
		await write(5);
		expect(await runN8n('live', killedAt)).toBe('SIGKILL');
	}
	expect(await runN8n('live', 'never')).toBeNull();
	expect(idsTold()).toEqual(await presentIds());
	// One execution, with the documents that there were, was started without its position.
	expect(repetitions()).toBe(30);
});

describe.each<[HostKind, KilledAt[], number]>([
	['live', ['read', 'started', 'saved', 'read', 'started'], 14],
	// The execution and its position are written in one transaction: there is nothing in between.
	['durable', ['read', 'saved', 'read', 'saved', 'read'], 0],
])('in a host of the kind %s', (host, kills, mostRepetitions) => {
	it('no write and no deletion is lost, and twice comes only what had no position', async () => {
		await write(10);
		expect(await runN8n(host, 'never')).toBeNull();
		for (const [index, killedAt] of kills.entries()) {
			await write(4);
			await remove([index + 1, 11 + index]);
			expect(await runN8n(host, killedAt)).toBe('SIGKILL');
			await remove([12 + 2 * index]);
		}
		expect(await runN8n(host, 'never')).toBeNull();
		expect(idsTold()).toEqual(await presentIds());
		expect(repetitions()).toBeLessThanOrEqual(mostRepetitions);
	});
});
