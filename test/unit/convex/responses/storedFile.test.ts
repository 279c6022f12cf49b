import type { JSONValue } from 'convex/values';
import {
	digestOf,
	parseStoredFile,
	sha256OfDigest,
	toHexSha256,
} from '../../../../nodes/Convex/convex/responses/storedFile';

const HEX = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const BASE64 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';

const FILE = {
	_id: 'kg2',
	_creationTime: 1.5,
	contentType: 'text/plain',
	size: 5,
	sha256: BASE64,
	url: 'https://a.example/api/storage/1',
};

it('a checksum is written in hexadecimal digits, however Convex writes it', () => {
	expect(parseStoredFile(FILE)).toEqual({ ...FILE, sha256: HEX });
	expect(parseStoredFile({ ...FILE, sha256: HEX.toUpperCase() })?.sha256).toBe(HEX);
	expect(sha256OfDigest(`sha-256=${BASE64}`)).toBe(HEX);
	expect(digestOf(HEX)).toBe(`sha-256=${BASE64}`);
});

it('a file without a content type has none', () => {
	const entries = Object.entries(FILE).filter(([name]) => name !== 'contentType');
	expect(parseStoredFile(Object.fromEntries(entries))?.contentType).toBeNull();
	expect(parseStoredFile({ ...FILE, contentType: null })?.contentType).toBeNull();
});

it.each<JSONValue>([
	null,
	'file',
	[],
	{},
	{ ...FILE, _id: 7 },
	{ ...FILE, _creationTime: '1' },
	{ ...FILE, contentType: 7 },
	{ ...FILE, size: -1 },
	{ ...FILE, size: 1.5 },
	{ ...FILE, sha256: 'short' },
	{ ...FILE, url: null },
])('anything else is no file: %p', (value) => {
	expect(parseStoredFile(value)).toBeUndefined();
});

it.each([undefined, '', 'md5=abc', `sha-256=${BASE64}, md5=a`, ['sha-256=']])(
	'anything else is no checksum: %p',
	(header) => {
		expect(sha256OfDigest(header)).toBeUndefined();
		expect(toHexSha256(String(header))).toBeUndefined();
	},
);
