import { parseUploadResponse } from '../../../../nodes/Convex/convex/responses/uploadResponse';

const answer = (httpStatus: number, body: unknown) =>
	parseUploadResponse({
		httpStatus,
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});

it('an upload gives the ID of the file', () => {
	expect(answer(200, { storageId: 'kg2abc' })).toEqual({ status: 'success', storageId: 'kg2abc' });
});

it.each([
	'',
	'<html>',
	'{"storageId":',
	{},
	{ storageId: 7 },
	{ storageId: '' },
	{ storageId: 'a b' },
	{ storageId: 'a'.repeat(1_000) },
])('may have stored a file where the answer is none of Convex: %p', (body) => {
	expect(answer(200, body)).toMatchObject({
		status: 'failure',
		failure: { details: { outcome: 'unknown', retryable: false } },
	});
});

it.each([
	[401, 'StorageTokenExpired', 'uploadUrlExpired'],
	[401, 'StorageTokenInvalid', 'uploadUrlExpired'],
	[400, 'Sha256Mismatch', 'contentChanged'],
	[400, 'BadHeader', 'badRequest'],
	[400, 'BackendIsNotRunning', 'disabled'],
])('stored nothing where Convex answers with %i %s', (httpStatus, code, reason) => {
	expect(answer(httpStatus, { code, message: 'No' })).toMatchObject({
		status: 'failure',
		failure: { reason, details: { outcome: 'notExecuted', retryable: false } },
	});
});

it('is not sent again where it may have stored a file', () => {
	expect(answer(500, { code: 'InternalServerError', message: 'No' })).toMatchObject({
		failure: { details: { outcome: 'unknown', retryable: false } },
	});
});
