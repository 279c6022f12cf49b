import {
	documentOf,
	parseFeedPage,
	type FeedPage,
	type FeedPageResult,
} from '../../../../nodes/Convex/convex/feed/feedPage';
import type { ConvexFailure } from '../../../../nodes/Convex/convex/failure';

const ROW =
	'{"component":"","table":"tasks","ts":1790000000000000001,"deleted":false,"value":{"_id":"a","_creationTime":1.7e12,"big":9007199254740993,"small":5,"whole":5.0,"bytes":{"$bytes":"AQI="},"nan":{"$float":"AAAAAAAA+H8="}}}';
const DELETED =
	'{"component":"","table":"tasks","ts":1790000000000000002,"deleted":true,"value":{"_id":"b"}}';

const answerOf = ({
	status = '{"type":"upToDate","snapshotTs":1790000000000000003}',
	truncates = '[]',
	values = `[${ROW},${DELETED}]`,
	pagination = '{"hasMore":true,"nextCursor":"c"}',
} = {}) =>
	`{"status":${status},"truncates":${truncates},"values":${values},"syncId":"s","pagination":${pagination}}`;

function resultOf(body: string, httpStatus = 200): FeedPageResult {
	const work = parseFeedPage({ httpStatus, body });
	for (;;) {
		const step = work.next();
		if (step.done === true) return step.value;
	}
}

function pageOf(body: string): FeedPage {
	const result = resultOf(body);
	if (result.status === 'failure') throw result.failure;
	return result.page;
}

function failureOf(body: string, httpStatus = 200): ConvexFailure {
	const result = resultOf(body, httpStatus);
	if (result.status === 'success') throw new Error('it is a page');
	return result.failure;
}

it('reads documents with all digits of their int64 and times', () => {
	const page = pageOf(answerOf());
	expect(page.status).toEqual({ type: 'upToDate', snapshotTime: '1790000000000000003' });
	expect(page.rows.map(({ id, timestamp }) => [id, timestamp])).toEqual([
		['a', '1790000000000000001'],
		['b', '1790000000000000002'],
	]);
	expect(page.rows.map(documentOf)).toEqual([
		{
			_id: 'a',
			_creationTime: 1.7e12,
			big: '9007199254740993',
			small: '5',
			whole: 5,
			bytes: 'AQI=',
			nan: 'NaN',
		},
		null,
	]);
	expect(page.nextCursor).toBe('c');
});

it('reads a page in the middle of tables, and which of them begin', () => {
	const body = answerOf({
		status: '{"type":"snapshotting"}',
		truncates: '[{"component":"a/b","table":"marks"}]',
	});
	const { status, restarted } = pageOf(body);
	expect(status).toEqual({ type: 'snapshotting' });
	expect(restarted).toEqual([{ component: 'a/b', table: 'marks' }]);
});

it('reads a long page in pieces, with every row in its place', () => {
	const ids = Array.from({ length: 3_000 }, (_, index) => `id${index}`);
	const rows = ids.map((id) => ROW.replace('"a"', `"${id}"`));
	const body = answerOf({ values: `[${rows.join(',')}]` });
	expect(pageOf(body).rows.map(({ id }) => id)).toEqual(ids);
	const pieces = [...parseFeedPage({ httpStatus: 200, body })];
	expect(pieces.length).toBeGreaterThan(5);
	expect(failureOf(body.replace('"_id":"id2999"', '"id":"id2999"')).message).toMatch(
		/^The changes/,
	);
	expect(failureOf(body.replace('"id2999"', '"id2999')).message).toMatch(/not a Convex answer|cut/);
});

it('reads a page in one piece that is written in another way', () => {
	const body = JSON.stringify(JSON.parse(answerOf({ values: `[${DELETED}]` })), undefined, 2);
	expect(pageOf(body).rows.map(({ id }) => id)).toEqual(['b']);
});

it.each([
	['no status', answerOf({ status: 'null' })],
	['an unknown status', answerOf({ status: '{"type":"done","snapshotTs":1}' })],
	['a status without its time', answerOf({ status: '{"type":"stale"}' })],
	['a time with a fraction', answerOf({ status: '{"type":"stale","snapshotTs":1.5}' })],
	['no list of restarted tables', answerOf({ truncates: 'null' })],
	['a restarted table without a name', answerOf({ truncates: '[{"component":""}]' })],
	['no list of documents', answerOf({ values: '{}' })],
	['a document without an ID', answerOf({ values: `[${ROW.replace('"_id"', '"id"')}]` })],
	['a document without a time', answerOf({ values: `[${ROW.replace('"ts"', '"time"')}]` })],
	['a row that is none', answerOf({ values: `[${ROW},null]` })],
	['no cursor', answerOf({ pagination: '{"hasMore":true,"nextCursor":null}' })],
	['an empty cursor', answerOf({ pagination: '{"hasMore":true,"nextCursor":""}' })],
])('refuses an answer as a whole with %s', (_what, body) => {
	expect(failureOf(body)).toMatchObject({
		message: expect.stringMatching(/^The changes could not be read/),
		description: expect.stringMatching(/Nothing is lost/),
	});
});

it.each([
	['a web page', '<html>', /web page/],
	['nothing', '', /not a Convex answer/],
	['half an answer', answerOf().slice(0, 200), /cut off/],
])('says what came in the place of an answer: %s', (_what, body, message) => {
	expect(failureOf(body).message).toMatch(message);
});

it('has the words and the code of a refusal', () => {
	const body = '{"code":"DataSyncCursorExpired","message":"The cursor is too old."}';
	expect(failureOf(body, 400)).toMatchObject({
		message: 'The cursor is too old.',
		details: { code: 'DataSyncCursorExpired' },
	});
});
