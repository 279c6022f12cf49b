/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem, type } from 'node:os';
import { version } from '../../package.json';
import { N8N_VERSION } from '../../test/e2e/n8nInstallation';
import { PROJECT } from '../../test/support/packPackage';
import type { Settings } from '../settings';

const BYTES_PER_GIBIBYTE = 2 ** 30;

/** The command, when and on what it ran. */
export function circumstances({ variables }: Settings): string {
	const command = [
		...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
		'npm run bench',
	].join(' ');
	const [processor] = cpus();
	const memory = Math.round(totalmem() / BYTES_PER_GIBIBYTE);
	return [
		`- Command: \`${command}\``,
		`- Date: ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, package version ${version}`,
		`- Machine: ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ${memory} GiB of memory, ${type()}`,
		`- Node ${process.versions.node}, n8n ${N8N_VERSION}`,
	].join('\n');
}

function commit(): string {
	try {
		const git = (...args: string[]) =>
			execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' });
		const changed = git('status', '--porcelain', '--', 'nodes', 'credentials').trim() !== '';
		return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' with changes' : ''}`;
	} catch {
		return 'unknown';
	}
}
