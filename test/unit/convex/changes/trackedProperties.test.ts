/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { JSONValue } from 'convex/values';
import { documentsByKey } from '../../../../nodes/Convex/convex/changes/documentChanges';
import { fingerprintOf } from '../../../../nodes/Convex/convex/values/fingerprint';
import { toPlainJson } from '../../../../nodes/Convex/convex/values/plainJson';
import type { ResultEvent } from '../../../../nodes/Convex/convex/changes/resultEvent';
import { isSameValue } from '../../../../nodes/Convex/convex/values/sameValue';
import { TrackedDocuments } from '../../../../nodes/Convex/convex/changes/trackedDocuments';
import { TrackedValue } from '../../../../nodes/Convex/convex/changes/trackedValue';
import { toItems } from '../../../../nodes/Convex/triggers/query/items';

const RUNS = { seed: 20261128, numRuns: 150 };

type Fields = { [name: string]: JSONValue };

/** Names that every object has something by, and others that objects treat in a way of their own. */
const name = fc.constantFrom(
	...['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '', '0', '10', 'a'],
);

const object = (value: fc.Arbitrary<JSONValue>): fc.Arbitrary<Fields> =>
	fc
		.uniqueArray(fc.tuple(name, value), { selector: ([field]) => field, maxLength: 4 })
		.map((fields) => Object.fromEntries(fields));

const scalar: fc.Arbitrary<JSONValue> = fc.constantFrom<JSONValue[]>(null, true, 0, 1, '', 'a');

const value: fc.Arbitrary<JSONValue> = fc.oneof(
	scalar,
	object(scalar),
	fc.array(fc.oneof(scalar, object(scalar)), { maxLength: 3 }),
);

const documents: fc.Arbitrary<Fields[]> = fc
	.uniqueArray(fc.tuple(fc.oneof(name, fc.integer({ min: 0, max: 2 })), object(value)), {
		selector: ([id]) => id,
		maxLength: 4,
	})
	.map((list) => list.map(([id, fields]) => ({ ...fields, _id: id })));

const reversed = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).reverse());

/** The changes of a list, by the simplest comparison. */
function changes(before: Fields[], after: Fields[]): Array<Record<string, unknown>> {
	const withId = (list: Fields[], id: unknown) => list.find(({ _id }) => _id === id);
	const came = after.flatMap((document) => {
		const known = withId(before, document._id);
		if (known === undefined) return [{ type: 'added', key: document._id, document }];
		const fields = changedFields(known, document);
		return fields.length === 0
			? []
			: [{ type: 'changed', key: document._id, document, changedFields: fields }];
	});
	const gone = before.filter(({ _id }) => withId(after, _id) === undefined);
	return [...came, ...gone.map(({ _id }) => ({ type: 'removed', key: _id }))];
}

function changedFields(before: Fields, after: Fields): string[] {
	const [known, present] = [before, after].map((fields) => new Map(Object.entries(fields)));
	const names = new Set([...(known?.keys() ?? []), ...(present?.keys() ?? [])]);
	return [...names]
		.filter((field) => !isDeepStrictEqual(known?.get(field), present?.get(field)))
		.sort();
}

const changesIn = (events: ResultEvent[]) =>
	events.map((event) => {
		if (event.kind !== 'document') throw new Error('not of a document');
		const { type, key, document, changedFields: fields } = event.change;
		return {
			type,
			key,
			...(document !== undefined && { document }),
			...(fields !== undefined && { changedFields: fields }),
		};
	});

const kindsOf = (list: Array<Record<string, unknown>>) =>
	list.map(({ type, key }) => JSON.stringify({ type, key })).sort();

describe('watched documents with fields of any name', () => {
	it('are compared with the list that was accepted last', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(documents, fc.boolean()), { maxLength: 6 }), (steps) => {
				const tracker = new TrackedDocuments('_id', undefined, true);
				let accepted: Fields[] = [];
				for (const [list, isAccepted] of steps) {
					const update = tracker.compare(list.map(reversed));
					expect(changesIn(update.events)).toEqual(changes(accepted, list));
					expect(() => tracker.compare({ page: list })).toThrow('not a list of documents');
					if (!isAccepted) continue;
					update.accept();
					accepted = list;
				}
			}),
			RUNS,
		);
	});

	it('are caught up on from what was kept of them', () => {
		fc.assert(
			fc.property(documents, documents, (before, after) => {
				const { checkpoint } = new TrackedDocuments('_id', undefined, false).compare(before);
				const { events } = new TrackedDocuments('_id', checkpoint, false).compare(after);
				// Of those that are gone, numbers come first: so JSON.parse has them.
				expect(kindsOf(changesIn(events))).toEqual(kindsOf(changes(before, after)));
			}),
			RUNS,
		);
	});

	it('may have a key field with the name of an inherited property', () => {
		const list: Fields[] = [{ constructor: 'a', toString: 1 }];
		expect([...documentsByKey(list, 'constructor', undefined).keys()]).toEqual(['"a"']);
		expect(() => documentsByKey(list, 'valueOf', undefined)).toThrow("without the field 'valueOf'");
	});
});

describe('a watched value', () => {
	it('is compared with the one that was accepted last', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(value, fc.boolean()), { maxLength: 6 }), (steps) => {
				const tracker = new TrackedValue(undefined, false);
				tracker.compare('first').accept();
				let accepted: JSONValue = 'first';
				for (const [next, isAccepted] of steps) {
					const update = tracker.compare(next);
					expect(update.events).toEqual(
						isDeepStrictEqual(accepted, next)
							? []
							: [{ kind: 'result', reason: 'change', value: next, previousValue: accepted }],
					);
					if (!isAccepted) continue;
					update.accept();
					accepted = next;
				}
			}),
			RUNS,
		);
	});

	it('is the same as another when the fingerprints say so', () => {
		fc.assert(
			fc.property(value, value, (a, b) => {
				expect(isSameValue(a, b)).toBe(fingerprintOf(a) === fingerprintOf(b));
				expect(isSameValue(a, structuredClone(a))).toBe(true);
			}),
			RUNS,
		);
	});

	it('is the same in plain JSON when nothing in it is encoded', () => {
		fc.assert(
			fc.property(value, (one) => {
				expect(isDeepStrictEqual(toPlainJson(one), one)).toBe(true);
			}),
			RUNS,
		);
	});
});

describe('the items of a workflow', () => {
	it.each(['json', 'encoded'] as const)('in the format %s are its own to change', (valueFormat) => {
		const tracker = new TrackedDocuments('_id', undefined, true);
		const result = (last: number) => [{ _id: 'a', deep: { list: [1] }, last }];
		const update = tracker.compare(result(1));
		update.accept();
		const [item] = toItems(update.events, valueFormat, undefined);
		const written = item?.json.document as ReturnType<typeof result>[number];
		written.deep.list.push(2);
		written.last = 2;
		expect(tracker.compare(result(2)).events).toMatchObject([
			{ change: { previousDocument: { deep: { list: [1] }, last: 1 }, changedFields: ['last'] } },
		]);
	});
});
