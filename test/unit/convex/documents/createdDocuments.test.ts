import type { JSONValue } from 'convex/values';
import {
	matchCreated,
	parseDocument,
	type CreatedDocument,
} from '../../../../nodes/Convex/convex/documents/createdDocuments';

function found(_id: string, _creationTime: number, fields = {}): CreatedDocument {
	return { _id, _creationTime, document: { _id, _creationTime, ...fields } };
}

const idsOf = (matched: Array<CreatedDocument | undefined>) => matched.map((each) => each?._id);

describe('created documents', () => {
	it('are matched by their content, whatever the order of fields and answers', () => {
		const matched = matchCreated(
			[{ a: 1, b: 'x' }, { a: 2 }, { a: { $integer: 'AQAAAAAAAAA=' } }],
			[
				found('c', 3, { a: { $integer: 'AQAAAAAAAAA=' } }),
				found('other', 2.5, { a: 7 }),
				found('b', 2, { a: 2 }),
				found('a', 1, { b: 'x', a: 1 }),
			],
		);
		expect(idsOf(matched)).toEqual(['a', 'b', 'c']);
	});

	it('with the same content are matched in the order of their creation', () => {
		const matched = matchCreated(
			[{ a: 1 }, { a: 2 }, { a: 1 }],
			[found('y', 2, { a: 1 }), found('x', 1, { a: 1 }), found('z', 3, { a: 2 })],
		);
		expect(idsOf(matched)).toEqual(['x', 'z', 'y']);
	});

	it('are not told apart from one of the same content that somebody else created', () => {
		const matched = matchCreated(
			[{ a: 1 }, { a: 2 }],
			[found('x', 1, { a: 1 }), found('y', 2, { a: 1 }), found('z', 3, { a: 2 })],
		);
		expect(idsOf(matched)).toEqual([undefined, 'z']);
	});

	it('are not matched where one of the same content is missing again', () => {
		expect(idsOf(matchCreated([{ a: 1 }, { a: 1 }], [found('x', 1, { a: 1 })]))).toEqual([
			undefined,
			undefined,
		]);
	});
});

it.each<JSONValue>([null, 7, [], { _id: 'a' }, { _id: 1, _creationTime: 2 }, { _creationTime: 1 }])(
	'%j is no document',
	(value) => {
		expect(parseDocument(value)).toBeUndefined();
	},
);
