/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { parseDocument } from 'yaml';
import { name as packageName, version as packageVersion } from '../../../package.json';
import { N8N_VERSION } from '../../e2e/n8nInstallation';

const FOLDER = join(__dirname, '..', '..', '..', 'examples', 'queue-mode');
const text = readFileSync(join(FOLDER, 'compose.yaml'), 'utf8');
const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');

interface Service {
	image: string;
	command?: string | string[];
	environment?: Record<string, string>;
	depends_on?: Record<string, { condition: string }>;
	healthcheck?: { test: string | string[] };
	profiles?: string[];
	volumes?: string[];
}

interface Compose {
	services: Record<string, Service>;
	volumes: Record<string, null>;
}

const document = parseDocument(text, { merge: true, strict: true, uniqueKeys: true });
const compose: Compose = document.toJS();
const services = Object.entries(compose.services);
const n8nServices = services.filter(([, { image }]) => image.includes('n8n'));

/** Names and volumes of the file, e.g. `worker-1`. */
const mountedVolumes = (service: Service) =>
	(service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');

it('compose.yaml of the queue mode example is YAML without an error or a warning', () => {
	expect(document.errors).toEqual([]);
	expect(document.warnings).toEqual([]);
});

it('it has a main process of n8n, two workers, Redis, PostgreSQL, and Convex with its dashboard', () => {
	expect(services.map(([service]) => service)).toEqual([
		'n8n',
		'worker-1',
		'worker-2',
		'redis',
		'postgres',
		'convex',
		'dashboard',
	]);
	expect(n8nServices.map(([, { command }]) => command)).toEqual([undefined, 'worker', 'worker']);
});

it('each image has a version, and that of n8n is the one that the tests run', () => {
	for (const [, { image }] of services) {
		expect(image).toMatch(/^[\w./-]+:(v?\d+\.\d+\.\d+[\w.-]*|\d+\.\d+-\w+|[0-9a-f]{40})$/);
	}
	const images = new Set(n8nServices.map(([, { image }]) => image));
	expect([...images]).toEqual([`docker.n8n.io/n8nio/n8n:${N8N_VERSION}`]);
});

it('each health check is a command', () => {
	for (const [service, { healthcheck }] of services) {
		if (service === 'dashboard') continue;
		const words = [healthcheck?.test ?? []].flat();
		expect(words.length).toBeGreaterThan(0);
		// A colon makes a mapping of what is not quoted.
		expect(words.filter((word) => typeof word !== 'string')).toEqual([]);
	}
	const [command, program, flag, script = ''] = compose.services.n8n?.healthcheck?.test ?? [];
	expect([command, program, flag]).toEqual(['CMD', 'node', '--eval']);
	expect(() => new Script(script)).not.toThrow();
});

it('a variable of the container stands only in what its shell runs', () => {
	for (const [, { command = '', healthcheck }] of services) {
		for (const words of [command, healthcheck?.test ?? '']) {
			// A text is run by a shell as a health check, and not as a command.
			const isShell = typeof words === 'string' ? words !== command : words[0] === 'sh';
			expect([words, isShell || !words.toString().includes('$$')]).toEqual([words, true]);
		}
	}
});

it('what a service waits for is there, runs without a profile, and has a health check', () => {
	for (const [, { depends_on: needs = {} }] of services) {
		for (const [needed, { condition }] of Object.entries(needs)) {
			expect(condition).toBe('service_healthy');
			expect(compose.services[needed]).toMatchObject({ healthcheck: { test: expect.anything() } });
			expect(compose.services[needed]).not.toHaveProperty('profiles');
		}
	}
	const [[, main] = ['', undefined], ...workers] = n8nServices;
	expect(Object.keys(main?.depends_on ?? {})).toEqual(['postgres', 'redis']);
	for (const [, worker] of workers) {
		expect(Object.keys(worker.depends_on ?? {}).sort()).toEqual(['n8n', 'postgres', 'redis']);
	}
});

it('all processes of n8n share their settings, and the main process alone names the package to install', () => {
	const [[, main] = ['', undefined], ...workers] = n8nServices;
	const { N8N_COMMUNITY_PACKAGES, ...settings } = main?.environment ?? {};
	for (const [, worker] of workers) expect(settings).toMatchObject(worker.environment ?? {});
	expect(JSON.parse(N8N_COMMUNITY_PACKAGES ?? '')).toEqual([
		{ name: packageName, version: packageVersion },
	]);
	expect(settings).toMatchObject({
		EXECUTIONS_MODE: 'queue',
		DB_TYPE: 'postgresdb',
		N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV: 'true',
		N8N_REINSTALL_MISSING_PACKAGES: 'true',
	});
});

it('each volume that is mounted is declared, and no two services share one', () => {
	const mounted = services.flatMap(([, service]) => mountedVolumes(service));
	expect(new Set(mounted).size).toBe(mounted.length);
	expect(Object.keys(compose.volumes).sort()).toEqual([...mounted].sort());
});

it('settings are texts, as YAML would read numbers and booleans in its own way', () => {
	const values = services.flatMap(([, { environment = {} }]) => Object.values(environment));
	expect(values.filter((value) => typeof value !== 'string')).toEqual([]);
});

it('each variable is in the README, no other is, and secrets have no default', () => {
	const variables = [...text.matchAll(/(?<!\$)\$\{(\w+)(:\?|:-)[^}]+\}/g)];
	// None is written in another way, which would leave it empty where it is not set.
	expect(variables).toHaveLength(text.match(/(?<!\$)\$[{\w]/g)?.length ?? 0);
	const kinds = new Map(variables.map(([, variable, kind]) => [variable, kind]));
	const documented = [...readme.matchAll(/^\| `(\w+)` +\| (\S+)/gm)];
	expect(documented.map(([, variable]) => variable).sort()).toEqual([...kinds.keys()].sort());
	for (const [, variable, value] of documented) {
		expect([variable, value === 'needed']).toEqual([variable, kinds.get(variable) === ':?']);
	}
	const secrets = [...kinds].filter(([variable]) => /PASSWORD|SECRET|_KEY/.test(variable ?? ''));
	expect(secrets).toHaveLength(4);
	expect(secrets.filter(([, kind]) => kind !== ':?')).toEqual([]);
});
