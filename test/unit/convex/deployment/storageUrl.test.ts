import {
	fileAddress,
	parseFileUrl,
	parseUploadToken,
	uploadAddress,
} from '../../../../nodes/Convex/convex/deployment/storageUrl';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';
const DEPLOYMENT = 'https://happy-animal-123.convex.cloud';

describe('the URL of a file', () => {
	it.each([
		[`${DEPLOYMENT}/api/storage/${UUID}`, undefined],
		[`  http://127.0.0.1:3210/api/storage/${UUID.toUpperCase()} `, undefined],
		[`https://proxy.example/convex/api/storage/${UUID}`, undefined],
		[`${DEPLOYMENT}/api/storage/${UUID}?component=abc-1&other=1#part`, 'abc-1'],
	])('names the file: %s', (url, component) => {
		expect(parseFileUrl(url)).toEqual({ uuid: UUID, component });
	});

	it.each([
		'',
		UUID,
		`/api/storage/${UUID}`,
		`//a.example/api/storage/${UUID}`,
		`ftp://a.example/api/storage/${UUID}`,
		`https:/api/storage/${UUID}`,
		`https://a.example/api/storage/${UUID}/`,
		`https://a.example/api/storage/${UUID}x`,
		`https://a.example/api%2fstorage%2f${UUID}`,
		`https://a.example/?x=/api/storage/${UUID}`,
		`https://a.example/api/storage/${UUID}?component=`,
		`https://a.example/api/storage/${UUID}?component=a%2F..`,
		`https://a.example/api/storage/${UUID}?x=${'a'.repeat(10_000)}`,
	])('is none: %.80s', (url) => {
		expect(parseFileUrl(url)).toBeUndefined();
	});

	it('becomes an address at the deployment', () => {
		const file = { uuid: UUID, component: undefined };
		expect(fileAddress(DEPLOYMENT, file)).toBe(`${DEPLOYMENT}/api/storage/${UUID}`);
		expect(fileAddress(DEPLOYMENT, { ...file, component: 'abc' })).toBe(
			`${DEPLOYMENT}/api/storage/${UUID}?component=abc`,
		);
	});
});

describe('an upload URL', () => {
	it('allows an upload by its token, at the deployment', () => {
		const token = parseUploadToken('http://127.0.0.1:3210/api/storage/upload?token=a%2Fb%26c');
		expect(token).toBe('a/b&c');
		expect(uploadAddress(DEPLOYMENT, token ?? '')).toBe(
			`${DEPLOYMENT}/api/storage/upload?token=a%2Fb%26c`,
		);
	});

	it.each([
		undefined,
		null,
		7,
		{},
		'',
		'https://a.example/api/storage/upload',
		'https://a.example/api/storage/upload?token=',
		'https://a.example/upload?token=a',
		'/api/storage/upload?token=a',
		'file:///api/storage/upload?token=a',
	])('is none: %p', (value) => {
		expect(parseUploadToken(value)).toBeUndefined();
	});
});
