/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { version } from '../../package.json';
import { N8N_VERSION } from '../../test/e2e/n8nInstallation';
import { PROJECT } from '../../test/support/packPackage';
import { count } from './units';

const BYTES_PER_GIBIBYTE = 2 ** 30;

/** The command, when and on what it runs. To be called before the machine is busy with it. */
export function circumstances(script: string, variables: Record<string, string>): string {
	const command = [
		...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
		script,
	].join(' ');
	const [processor] = cpus();
	const memory = Math.round(totalmem() / BYTES_PER_GIBIBYTE);
	return [
		`- Command: \`${command}\``,
		`- Date: ${today()}, commit ${commit()}, package version ${version}`,
		`- Machine: ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ${memory} GiB of memory, ${type()}`,
		`- Before the run: load average ${loadavg()[0]?.toFixed(1)}; at most ${openFilesLimit()} open files in a process`,
		`- Node ${process.versions.node}, n8n ${N8N_VERSION}`,
	].join('\n');
}

export function today(): string {
	return new Date().toISOString().slice(0, 10);
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

/** Each connection is an open file: a flood of them ends at this number. */
function openFilesLimit(): string {
	try {
		const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
		return limit === 'unlimited' ? limit : count(Number(limit));
	} catch {
		return 'an unknown number of';
	}
}
