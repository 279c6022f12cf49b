/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..', '..');
const TESTS = join(PROJECT, 'test', 'e2e');

it('each example is imported into a whole n8n by a test', () => {
	const examples = readdirSync(join(PROJECT, 'examples')).filter((file) => file.endsWith('.json'));
	const tests = readdirSync(TESTS).filter((file) => /^examples.*\.test\.ts$/.test(file));
	const imported = tests.flatMap((file) => {
		const text = readFileSync(join(TESTS, file), 'utf8');
		return [...text.matchAll(/importExample\(\s*'([\w-]+\.json)'/g)].map(([, name]) => name);
	});
	expect([...new Set(imported)].sort()).toEqual(examples.sort());
});
