/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import {
	ADVICE,
	type AdvisedReason,
	type FailureReason,
} from '../../../nodes/Convex/convex/advice';
import { homepage } from '../../../package.json';
import { PROJECT } from '../../support/packPackage';

/** Code shows links and headings that are none. */
const CODE = /^(`{3,}).*?^\1$|`[^`\n]*`/gms;

const REPOSITORY = homepage.replace('#readme', '');

/** Files below some folders, by their paths. */
const filesIn = (folders: string[], pattern: RegExp) =>
	folders
		.flatMap((folder) =>
			readdirSync(join(PROJECT, folder), { recursive: folder !== '.', encoding: 'utf8' }).map(
				(path) => join(folder, path),
			),
		)
		.filter((path) => pattern.test(path))
		.sort();

const textOf = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): Set<string> {
	const anchors = new Set<string>();
	const text = textOf(path).replace(/^(`{3,}).*?^\1$/gms, '');
	for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
		const slug = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-');
		let anchor = slug;
		for (let number = 1; anchors.has(anchor); number++) anchor = `${slug}-${number}`;
		anchors.add(anchor);
	}
	return anchors;
}

function leadsSomewhere(page: string, link: string): boolean {
	const [path = '', anchor] = link.split('#');
	const target = path === '' ? page : normalize(join(dirname(page), path));
	if (!existsSync(join(PROJECT, target))) return false;
	return anchor === undefined || anchorsOf(target).has(anchor);
}

/** Reasons without advice of their own; `other` is not shown. */
const UNADVISED: Record<Exclude<FailureReason, AdvisedReason | 'other'>, true> = {
	thrown: true,
	hidden: true,
	invalidParameter: true,
	invalidCredential: true,
	importFailed: true,
	keyIndexDiffers: true,
};

const pages = filesIn(['.', '.github', 'bench', 'docs', 'emulator', 'examples'], /\.md$/);

describe('the documentation', () => {
	it.each(pages)('%s links only to files and headings that exist', (page) => {
		const links = [
			...textOf(page)
				.replace(CODE, '')
				.matchAll(/\]\(([^)\s]+)\)/g),
		]
			.map(([, link = '']) => link)
			.filter((link) => !/^[a-z]+:/.test(link));
		expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
	});

	it('has the headings that the editor opens', () => {
		const sources = filesIn(['nodes', 'credentials'], /\.(?:ts|node\.json)$/)
			.map(textOf)
			.join('\n');
		const links = [...sources.matchAll(/['"](https:\/\/github\.com\/[^'"]+)['"]/g)]
			.map(([, link = '']) => link)
			.filter((link) => link !== homepage);
		expect(links.length).toBeGreaterThan(0);
		const headings = [...anchorsOf('README.md')].map((anchor) => `${REPOSITORY}#${anchor}`);
		expect(links.filter((link) => !headings.includes(link))).toEqual([]);
	});

	it('lists every reason of a failure once, and no other', () => {
		const list = textOf('docs/errors.md').split('\n## All reasons\n')[1] ?? '';
		const names = [...list.matchAll(/`(\w+)`/g)]
			.map(([, name = '']) => name)
			.filter((name) => name !== 'reason');
		expect(names.sort()).toEqual([...Object.keys(ADVICE), ...Object.keys(UNADVISED)].sort());
	});

	it('has a README of at most 200 lines, and pages of at most 150', () => {
		const linesOf = (page: string) => textOf(page).trimEnd().split('\n').length;
		const isLong = (page: string) => linesOf(page) > (page === 'README.md' ? 200 : 150);
		expect(pages.filter((page) => /^(?:README|docs\/)/.test(page)).filter(isLong)).toEqual([]);
	});
});
