/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { PROJECT } from '../../support/packPackage';

const NODES = join(PROJECT, 'nodes', 'Convex');

/**
 * The rooms from top to bottom; those of one line know nothing of each other. A file may import from
 * its own room and from those below.
 */
const STOREYS = [
	['Convex.node.ts', 'ConvexTrigger.node.ts', 'ConvexDocumentTrigger.node.ts'],
	['actions/router.ts', 'triggers/query/', 'triggers/document/', 'methods/'],
	['actions/document/', 'actions/file/', 'actions/function/', 'actions/httpAction/', 'triggers/'],
	['actions/calls/'],
	['actions/'],
	['parameters/'],
	['transport/live/'],
	['transport/http/'],
	['transport/'],
	['convex/deployment/', 'convex/changes/', 'convex/feed/'],
	['convex/responses/'],
	['convex/failures/'],
	['convex/functions/', 'convex/documents/', 'convex/imports/'],
	['convex/values/'],
	['convex/failure.ts'],
	['convex/advice.ts', 'convex/repeatAdvice.ts'],
];

const files = readdirSync(NODES, { recursive: true, encoding: 'utf8' })
	.filter((path) => path.endsWith('.ts'))
	.sort();

/** The file that a relative import means, by its path below nodes/Convex; undefined outside of it. */
function importedFile(file: string, specifier: string): string | undefined {
	const target = join(NODES, dirname(file), specifier);
	const found = [`${target}.ts`, join(target, 'index.ts')].find((path) => existsSync(path));
	return found === undefined ? undefined : relative(NODES, found);
}

function importsOf(file: string): string[] {
	const text = readFileSync(join(NODES, file), 'utf8');
	return [...text.matchAll(/from '(\.[^']+)'/g)]
		.map(([, specifier = '']) => importedFile(file, specifier))
		.filter((target) => target !== undefined);
}

/** The longest name wins: `actions/calls/` before `actions/`. */
function roomOf(file: string): { name: string; storey: number } {
	const rooms = STOREYS.flatMap((names, storey) => names.map((name) => ({ name, storey })));
	const [room] = rooms
		.filter(({ name }) => file.startsWith(name))
		.sort((a, b) => b.name.length - a.name.length);
	if (room === undefined) throw new Error(`${file} stands in no room`);
	return room;
}

it('imports go down from room to room, and never up or across', () => {
	const wrong = files.flatMap((file) =>
		importsOf(file)
			.filter((target) => {
				const [from, to] = [roomOf(file), roomOf(target)];
				return from.name !== to.name && from.storey >= to.storey;
			})
			.map((target) => `${file} → ${target}`),
	);
	expect(wrong).toEqual([]);
});

it('no files import each other in a circle', () => {
	const done = new Set<string>();
	const circleFrom = (file: string, path: string[]): string[] => {
		if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
		if (done.has(file)) return [];
		for (const target of importsOf(file)) {
			const circle = circleFrom(target, [...path, file]);
			if (circle.length > 0) return circle;
		}
		done.add(file);
		return [];
	};
	expect(files.flatMap((file) => circleFrom(file, []))).toEqual([]);
});

it('no two files of the nodes have the same name, but for index.ts', () => {
	const names = files.map((file) => basename(file)).filter((name) => name !== 'index.ts');
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
