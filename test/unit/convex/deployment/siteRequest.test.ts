import fc from 'fast-check';
import { siteRequestUrl } from '../../../../nodes/Convex/convex/deployment/siteRequest';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';

const SITE = 'https://happy-animal-123.convex.site';

const urlOf = (
	path: string,
	more: { site?: string; rest?: string; query?: [string, string][] } = {},
) => siteRequestUrl(more.site ?? SITE, { path, rest: more.rest ?? '', query: more.query ?? [] });

describe('the URL of a request to an HTTP action', () => {
	it.each([
		['/tasks', `${SITE}/tasks`],
		['tasks', `${SITE}/tasks`],
		['/', `${SITE}/`],
		['/tasks/', `${SITE}/tasks/`],
		['/tasks?a=1', `${SITE}/tasks?a=1`],
		[`${SITE}/tasks`, `${SITE}/tasks`],
		['HTTPS://Happy-Animal-123.convex.site/tasks', `${SITE}/tasks`],
		[SITE, `${SITE}/`],
		['/ü b', `${SITE}/%C3%BC%20b`],
		['/a%20b', `${SITE}/a%20b`],
		['/a@b:c', `${SITE}/a@b:c`],
		['/...', `${SITE}/...`],
	])('of %s is %s', (path, url) => {
		expect(urlOf(path)).toBe(url);
	});

	it('stays below a path of its site', () => {
		const site = 'http://127.0.0.1:3210/http';
		expect(urlOf('/tasks', { site })).toBe(`${site}/tasks`);
		expect(urlOf(`${site}/tasks`, { site })).toBe(`${site}/tasks`);
		expect(() => urlOf('http://127.0.0.1:3210/api/query', { site })).toThrow(/another server/);
	});

	it('is refused where it is longer than servers take', () => {
		expect(() => urlOf('/a', { query: [['a', 'ü'.repeat(5_000)]] })).toThrow(/characters/);
	});

	it('leads to the site or is refused, whatever path, rest and query hold', () => {
		const piece = fc.oneof(
			fc.constantFrom(
				'/',
				'//',
				'..',
				'.',
				'%2e',
				'%2F',
				'%5c',
				'\\',
				'@',
				':',
				'#',
				'?',
				'*',
				';',
			),
			fc.constantFrom('https:', 'http://evil.test', 'evil.test', '\t', '\n', '\u0000', SITE),
			fc.string({ unit: 'binary', maxLength: 5 }),
		);
		const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
		fc.assert(
			fc.property(text, text, text, (path, rest, value) => {
				let url: string;
				try {
					url = urlOf(path, { rest, query: [['name', value]] });
				} catch (thrown) {
					expect(thrown).toBeInstanceOf(ConvexFailure);
					return;
				}
				const { origin, pathname, username, searchParams, hash } = new URL(url);
				expect([origin, username, hash]).toEqual([SITE, '', '']);
				expect(decodeURIComponent(pathname)).not.toMatch(/(?:^|\/)\.{1,2}(?:\/|$)|\\|\/\//);
				expect(searchParams.getAll('name')).toContain(value.toWellFormed());
			}),
			{ numRuns: 700 },
		);
	});
});
