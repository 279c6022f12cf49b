import { PlatformFailure } from '../platformFailure';

const SHA256_BYTES = 32;
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PARAMETER = `; *${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)+" *)`;
const CONTENT_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})((?:${PARAMETER})*(?:; *)?)$`);

/** The sha-256 of a header `Digest: sha-256=<base64>`, or undefined: crates/value/src/sha256.rs. */
export function sha256OfDigest(digest: string): Buffer | undefined {
	const [, encoded] = /^sha-256=(.*)$/s.exec(digest) ?? [];
	if (encoded === undefined) return undefined;
	const sha256 = Buffer.from(encoded, 'base64');
	const isExact = sha256.length === SHA256_BYTES && sha256.toString('base64') === encoded;
	return isExact ? sha256 : undefined;
}

/**
 * A content type as it is stored: type and subtype in lower case, the rest as it came; or undefined for
 * what is none (docs.rs/mime 0.3.17): it has no blank before a parameter's `;` but behind a quoted value.
 */
export function normalContentType(contentType: string): string | undefined {
	const [, essence, parameters = ''] = CONTENT_TYPE.exec(contentType) ?? [];
	return essence === undefined ? undefined : essence.toLowerCase() + parameters;
}

/** The failure of a header that cannot be read: `map_header_err` of crates/local_backend/src/storage.rs. */
export function badHeader(name: string): PlatformFailure {
	return new PlatformFailure(400, 'BadHeader', `Bad header for ${name}: invalid HTTP header`);
}
