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

describe.each<HostKind>(['live', 'durable'])('in a host of the kind %s', (host) => {
	it('nothing is lost, and twice comes only what was started without its position', async () => {
		const kills: KilledAt[] = ['read', 'started', 'saved', 'read', 'started', 'saved'];
		await write(10);
		for (const [index, killedAt] of kills.entries()) {
			await write(5);
			expect(await runN8n(host, killedAt)).toBe('SIGKILL');
			await remove([index + 1]);
		}
		expect(await runN8n(host, 'never')).toBeNull();
		const present = (await documents('documents')).map(({ _id }) => String(_id));
		expect(present).toHaveLength(34);
		expect(idsTold()).toEqual(new Set(present));
		const told = timesTold();
		// Each execution has seven items at the most, and two of them were started without their position.
		expect(told.length - new Set(told).size).toBeLessThanOrEqual(14);
	});
});
