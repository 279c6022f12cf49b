/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version as presentEngine } from 'n8n-core/package.json';
import { parse } from 'yaml';
import { N8N_VERSION } from '../../e2e/n8nInstallation';
import { PROJECT } from '../../support/packPackage';
import { OLDER_ENGINES } from '../../versions/capabilities';

interface Job {
	strategy?: { matrix: Record<string, unknown[]> };
	steps: Array<{ run?: string; with?: { key?: string } }>;
}

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const { jobs }: { jobs: Record<string, Job> } = parse(read('.github/workflows/ci.yml'));
const everyLane = /; then lanes=\((.*)\); fi/.exec(read('.ci/run'))?.[1]?.split(' ');

/** The lanes of .ci/run that a job runs. */
function lanesOf({ steps }: Job): string[] {
	return steps.flatMap(({ run = '' }) => /^bash \.ci\/run (.+)$/.exec(run)?.[1]?.split(' ') ?? []);
}

it('CI runs every lane of .ci/run, its checks and tests in two halves, and no others', () => {
	const lanes = new Set(Object.values(jobs).flatMap(lanesOf));
	const halves = everyLane?.map((lane) => ({ checks: 'fast', tests: 'integration' })[lane] ?? lane);
	expect([...lanes].sort()).toEqual(halves?.toSorted());
});

it('CI runs the built package in every engine that it is tested in', () => {
	expect(jobs.versions?.strategy?.matrix.engine).toEqual([...OLDER_ENGINES, presentEngine]);
});

it('CI runs the end-to-end tests in the n8n that they run in unless told, and queue mode finds it kept', () => {
	expect(jobs.e2e?.strategy?.matrix.n8n).toContain(N8N_VERSION);
	const keys = jobs.queue?.steps.flatMap((step) => step.with?.key ?? []);
	expect(keys).toEqual([expect.stringContaining(`n8n-${N8N_VERSION}-`)]);
});
