import fc from 'fast-check';
import type { JSONValue } from 'convex/values';
import type {
	ResultCheckpoint,
	ResultEvent,
} from '../../../../nodes/Convex/convex/changes/resultEvent';
import {
	MAX_REMEMBERED_BYTES,
	MAX_REMEMBERED_DOCUMENTS,
} from '../../../../nodes/Convex/convex/changes/trackedDocuments';
import { Tracking } from './tracking';

const RUNS = { seed: 20260131, numRuns: 200 };

type Documents = Array<{ _id: string; n: number }>;

/** What somebody has who does what the events say. */
class Copy {
	readonly documents = new Map<string, JSONValue>();

	apply(events: ResultEvent[]): void {
		for (const event of events) {
			if (event.kind !== 'document') throw new Error('not of a document');
			const { type, key, document } = event.change;
			expect(this.documents.has(String(key))).toBe(type !== 'added');
			if (type === 'removed') this.documents.delete(String(key));
			else this.documents.set(String(key), document ?? null);
		}
	}
}

const documents: fc.Arbitrary<Documents> = fc
	.dictionary(
		fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', '1'),
		fc.integer({ min: 0, max: 2 }),
		{
			noNullPrototype: true,
		},
	)
	.map((byId) => Object.entries(byId).map(([_id, n]) => ({ _id, n })));

const asSet = (list: Documents) => [...list].sort((a, b) => (a._id < b._id ? -1 : 1));

const remembering = (remembered: ResultCheckpoint | undefined) => Tracking.ofDocuments(remembered);

describe('the changes of a list of documents', () => {
	it('turn the list before into the list after, also across restarts', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(documents, fc.boolean())), (steps) => {
				const copy = new Copy();
				let tracker = Tracking.ofDocuments(undefined, { emitInitial: true });
				for (const [list, restarts] of steps) {
					const json: JSONValue = JSON.parse(JSON.stringify(list));
					copy.apply(tracker.take(json).events);
					const kept = [...copy.documents].map(([_id, document]) => ({ ...Object(document), _id }));
					expect(asSet(kept)).toEqual(asSet(list));
					expect(tracker.take(json).events).toEqual([]);
					if (restarts) tracker = remembering(tracker.remembered);
				}
			}),
			RUNS,
		);
	});

	it('before the first result are none, unless that is wanted', () => {
		expect(remembering(undefined).take([{ _id: 'a' }]).events).toEqual([]);
		const emitting = Tracking.ofDocuments(undefined, { emitInitial: true });
		expect(emitting.take([{ _id: 'a' }]).events).toHaveLength(1);
	});

	it('name those that went during a pause in the order of the list', () => {
		const tracker = remembering(undefined);
		tracker.take([{ _id: 'b' }, { _id: 'c' }, { _id: 'a' }]);
		const { events } = remembering(tracker.remembered).take([]);
		expect(events).toMatchObject(['b', 'c', 'a'].map((key) => ({ change: { key } })));
	});

	it('do not forget the documents over a result that is none', () => {
		const tracker = remembering(undefined);
		tracker.take([{ _id: 'a' }]);
		expect(() => tracker.take({ page: [] })).toThrow('not a list of documents');
		expect(tracker.take([]).events).toMatchObject([{ change: { type: 'removed', key: 'a' } }]);
	});
});

describe('a list that is too long to remember', () => {
	const many = (count: number, change = 0) =>
		Array.from({ length: count }, (_, n) => ({ _id: `id ${n}`, n: n === 0 ? change : n }));
	const long = MAX_REMEMBERED_DOCUMENTS + 1;
	const withKeys = (length: number) =>
		['a', 'b'].map((letter) => ({ _id: letter + 'é'.repeat(length), n: 1 }));

	it('is remembered one by one up to the bound', () => {
		const tracker = remembering(undefined);
		expect(tracker.take(many(MAX_REMEMBERED_DOCUMENTS)).warning).toBeUndefined();
		const after = remembering(tracker.remembered);
		expect(after.take(many(MAX_REMEMBERED_DOCUMENTS, 1)).events).toHaveLength(1);
	});

	it('is warned of once, and watched as usual', () => {
		const tracker = remembering(undefined);
		const { message = '' } = tracker.take(many(long)).warning ?? {};
		expect(message).toContain(`${long} documents`);
		const next = tracker.take(many(long, 1));
		expect(next.events).toHaveLength(1);
		expect(next.warning).toBeUndefined();
		expect(tracker.remembered?.documents).toBeUndefined();
	});

	it('is warned of again only after it was short', () => {
		const tracker = remembering(undefined);
		tracker.take(many(long));
		expect(tracker.take(many(1)).warning).toBeUndefined();
		expect(tracker.take(many(long)).warning).toBeDefined();
	});

	it.each([
		['short', many(1), true],
		['too long', many(long, 1), false],
		['too long for its keys', withKeys(MAX_REMEMBERED_BYTES / 4), false],
	])('and is %s after a restart, is warned of again accordingly', (_what, list, isWarned) => {
		const tracker = remembering(undefined);
		tracker.take(many(long));
		const after = remembering(tracker.remembered);
		after.take(list);
		const warning = after.take(many(long, 2)).warning?.message ?? '';
		expect(warning.includes('will not be noticed')).toBe(isWarned);
	});

	it.each<[bound: string, short: Documents, long: Documents]>([
		['many documents', many(MAX_REMEMBERED_DOCUMENTS), many(long)],
		['long keys', withKeys(MAX_REMEMBERED_BYTES / 4 - 100), withKeys(MAX_REMEMBERED_BYTES / 4)],
	])(
		'that goes back and forth across the bound, of %s, is warned of once',
		(_bound, short, tooLong) => {
			const tracker = remembering(undefined);
			const lists = Array.from({ length: 10 }, () => [short, tooLong]).flat();
			const warnings = lists.map((list) => tracker.take(list).warning);
			expect(warnings.filter((warning) => warning !== undefined)).toHaveLength(1);
		},
	);

	it('after a restart is known to have changed, or not', () => {
		const tracker = remembering(undefined);
		tracker.take(many(long));
		const remembered = tracker.remembered;
		expect(remembering(remembered).take(many(long))).toEqual({ events: [] });
		const changed = remembering(remembered).take(many(long, 1));
		expect(changed.events).toEqual([]);
		expect(changed.warning?.message).toContain('which documents changed is not known');
	});

	it('is watched from then on', () => {
		const tracker = remembering(undefined);
		tracker.take(many(long));
		const after = remembering(tracker.remembered);
		after.take(many(long, 1));
		expect(after.take(many(long, 2)).events).toMatchObject([
			{ reason: 'change', change: { type: 'changed', changedFields: ['n'] } },
		]);
	});

	it('is also one of few documents with long keys, counted in bytes', () => {
		const tracker = remembering(undefined);
		expect(tracker.take(withKeys(MAX_REMEMBERED_BYTES / 4 - 100)).warning).toBeUndefined();
		expect(tracker.remembered?.documents).toBeDefined();
		const { message, description } = tracker.take(withKeys(MAX_REMEMBERED_BYTES / 4)).warning ?? {};
		expect(message).toContain('will not be noticed');
		expect(description).toMatch(/10000 documents and 1 MiB of their keys.*'Key Field'/);
		expect(tracker.remembered?.documents).toBeUndefined();
	});

	it('is not one of many documents whose keys have less, whatever is kept beside them', () => {
		const tracker = remembering(undefined);
		const list = Array.from({ length: 8192 }, (_, n) => ({ _id: String(n).padStart(120, 'k') }));
		expect(tracker.take(list).warning).toBeUndefined();
		expect(tracker.remembered?.documents).toBeDefined();
	});
});

describe('documents that were kept so that they cannot be read', () => {
	const broken = (documents = '{'): ResultCheckpoint => {
		const tracker = remembering(undefined);
		tracker.take([{ _id: 'a' }]);
		return { result: tracker.remembered?.result ?? '', documents };
	};

	it.each([
		['no JSON', '{'],
		['no object', '["a"]'],
		['keys that are no JSON', '{"a":"fingerprint"}'],
		['keys that are no keys', '{"null":"fingerprint"}'],
		['fingerprints that are no text', '{"\\"a\\"":1}'],
	])('%s, are said to be that, and not to be too many', (_what, documents) => {
		const { events, warning } = remembering(broken(documents)).take([{ _id: 'b' }]);
		expect(events).toEqual([]);
		expect(warning?.message).toContain('which documents changed is not known');
		expect(warning?.description).toMatch(
			/^What was remembered of the documents cannot be read\. Changes from now on/,
		);
	});

	it('do not suppress the warning of a list that is too long', () => {
		const list = Array.from({ length: MAX_REMEMBERED_DOCUMENTS + 1 }, (_, n) => ({ _id: n }));
		const tracker = remembering(broken());
		tracker.take(list);
		expect(tracker.take([...list, { _id: -1 }]).warning?.message).toContain('will not be noticed');
	});
});
