import type { FeedPage, FeedRow } from '../../../../nodes/Convex/convex/feed/feedPage';
import { changeItems } from '../../../../nodes/Convex/triggers/document/changeItems';
import { FeedReader } from '../../../../nodes/Convex/triggers/document/feedReader';
import { noteEachTurn } from '../../../support/eventLoop';

/** More than a page has, so that it takes long on a quick machine, too. */
const COUNT = 100_000;

const value = { _id: '', parts: Array.from({ length: 20 }, (_, index) => ({ index, tags: [] })) };

const rows = Array.from({ length: COUNT }, (_, index): FeedRow => ({
	component: '',
	table: 'tasks',
	id: `id${index}`,
	timestamp: '1',
	value,
}));

/** @returns how many turns of the event loop there were meanwhile */
async function turnsDuring<Result>(work: () => Promise<Result>) {
	let turns = 0;
	const noting = noteEachTurn(() => (turns += 1));
	const result = await work();
	noting.stop();
	return { result, turns };
}

describe('many rows let other work of n8n through', () => {
	it('while they are collected', async () => {
		const page: FeedPage = {
			status: { type: 'upToDate', snapshotTime: '2' },
			restarted: [{ component: '', table: 'tasks' }],
			rows,
			nextCursor: 'c',
			length: 1,
		};
		const requests = {
			readPage: async () => ({ status: 'success' as const, page }),
			keepPage: () => {},
			readNow: async () => ({ status: 'success' as const, text: '1' }),
			cursorAt: async () => undefined,
		};
		const settings = {
			componentPath: undefined,
			tables: ['tasks'],
			events: ['written' as const],
			startFrom: 'beginning' as const,
			excludedFields: [],
			maxItems: COUNT,
		};
		const reader = new FeedReader(requests, settings, 'd', { isOver: false }, () => {});
		const { result, turns } = await turnsDuring(async () => await reader.read(undefined));
		expect(result.changes).toEqual(rows);
		expect(result.position).toEqual({ phase: 'following', cursor: 'c', since: '2' });
		expect(turns).toBeGreaterThan(0);
	});

	it('while they become items', async () => {
		const { result, turns } = await turnsDuring(async () => await changeItems(rows));
		expect(result.map(({ json }) => json.id)).toEqual(rows.map(({ id }) => id));
		expect(result[1]?.json).toEqual({
			change: 'written',
			table: 'tasks',
			id: 'id1',
			document: value,
			timestamp: '1',
		});
		expect(turns).toBeGreaterThan(0);
	});
});
