/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { loadBuiltPackage, type LoadedPackage } from '../support/builtPackage';
import { packPackage, PROJECT } from '../support/packPackage';

let folder: string;
let installed: LoadedPackage;

/** Packs the package and unpacks it into an empty folder: what a user gets, and nothing else. */
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'package-'));
	execFileSync('tar', ['-xzf', packPackage(folder), '-C', folder]);
	// n8n-workflow comes from the host.
	symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
	installed = await loadBuiltPackage(join(folder, 'package'));
});

afterAll(() => rmSync(folder, { recursive: true }));

type Described = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** n8n adds the poll times to a trigger that polls. */
const isOurs = ({ name }: Described) => name !== 'pollTimes';

/** The descriptions of parameters, and of all that is in them. */
function descriptionsOf(parameters: Described[]): string[] {
	return parameters
		.filter(isOurs)
		.flatMap((parameter) => [
			...('description' in parameter && parameter.description !== undefined
				? [parameter.description]
				: []),
			...('options' in parameter ? descriptionsOf(parameter.options ?? []) : []),
			...('values' in parameter ? descriptionsOf(parameter.values) : []),
		]);
}

describe('the packed package', () => {
	it("loads in n8n's package loader", () => {
		expect(Object.keys(installed.nodeTypes)).toEqual([
			'n8n-nodes-convex.convex',
			'n8n-nodes-convex.convexTrigger',
			'n8n-nodes-convex.convexDocumentTrigger',
		]);
		expect(Object.keys(installed.credentialTypes)).toEqual(['convexApi']);
	});

	it('brings icons for both themes, and search words for the node panel', () => {
		for (const { description } of Object.values(installed.nodeTypes)) {
			expect(description.iconUrl).toEqual({
				light: expect.stringMatching(/icons\/convex\.svg$/),
				dark: expect.stringMatching(/icons\/convex\.dark\.svg$/),
			});
			expect(description.codex?.alias).toContain('convex.dev');
		}
		for (const file of ['convex.svg', 'convex.dark.svg']) {
			expect(existsSync(join(folder, 'package', 'dist', 'icons', file))).toBe(true);
		}
	});

	it.each([
		['file', ['delete', 'download', 'get', 'getMany', 'upload']],
		['function', ['action', 'mutation', 'query', 'run', 'waitForResult']],
	])('brings an output schema for every operation of the resource %s', (resource, expected) => {
		const schemas = join(folder, 'package/dist/nodes/Convex/__schema__/v1.0.0', resource);
		const operation = installed.nodeTypes['n8n-nodes-convex.convex']?.description.properties.find(
			({ name, displayOptions }) =>
				name === 'operation' && displayOptions?.show?.resource?.includes(resource) === true,
		);
		const values = (operation?.options ?? []).map((option) => 'value' in option && option.value);
		expect(values).toEqual(expected);
		for (const value of values) expect(existsSync(join(schemas, `${value}.json`))).toBe(true);
	});

	it('describes each parameter in one sentence of at most 150 characters', () => {
		const forms = [
			...Object.values(installed.nodeTypes).map(({ description }) => description.properties),
			...Object.values(installed.credentialTypes).map(({ properties }) => properties),
		];
		const wordy = forms
			.flatMap(descriptionsOf)
			.filter((text) => text.length > 150 || /[.!?] +[A-Z'\d]/.test(text));
		expect(wordy).toEqual([]);
	});

	it('shows no parameter by a regular expression, which n8n times out on a busy machine', () => {
		const descriptions = [
			...Object.values(installed.nodeTypes).map(({ description }) => description),
			...Object.values(installed.credentialTypes),
		];
		expect(JSON.stringify(descriptions)).not.toMatch(/"_cnd":\{"regex"/);
	});

	it('has an empty value in an argument that was just added, in both forms', () => {
		for (const { description } of Object.values(installed.nodeTypes)) {
			const fields = description.properties.find(({ name }) => name === 'argumentFields');
			if (fields === undefined) continue;
			const [argument] = (fields?.options ?? []) as INodePropertyCollection[];
			// As n8n's editor does it: the last of a name counts.
			const added = Object.fromEntries(
				(argument?.values ?? []).map((property) => [property.name, property.default]),
			);
			expect(added).toEqual({ name: '', type: 'auto', value: '' });
		}
	});

	it('exports its classes, and has the licences of what is bundled', () => {
		const exported = execFileSync(
			process.execPath,
			['-p', 'Object.keys(require("./package")).join()'],
			{
				cwd: folder,
				encoding: 'utf8',
			},
		);
		expect(exported.trim()).toBe('Convex,ConvexTrigger,ConvexDocumentTrigger,ConvexApi');
		expect(existsSync(join(folder, 'package', 'dist', 'THIRD-PARTY-LICENSES.txt'))).toBe(true);
	});
});
