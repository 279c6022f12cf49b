import type { Answer } from '../answer';
import { componentIdOf } from '../componentId';
import { internalServerError, PlatformFailure } from '../platformFailure';
import type { ReceivedRequest } from '../request';
import type { Route } from '../api';
import { bytesIn, contentRange, parseRange } from './byteRange';
import type { FileStore, StoredFile } from './fileStore';
import { isUuid } from './storageId';
import { badHeader, normalContentType, sha256OfDigest } from './uploadHeaders';
import type { UploadTokens } from './uploadTokens';

/** Files never change: MAX_CACHE_AGE of crates/local_backend/src/storage.rs. */
const CACHE_CONTROL = 'private, max-age=2592000';

export interface StorageApiOptions {
	/** The files of the present app; a reset replaces it. */
	files: () => FileStore;
	/** The components of the app, by path. */
	componentPaths: string[];
	tokens: UploadTokens;
}

/** Upload and serving of files over HTTP: crates/local_backend/src/storage.rs. */
export function storageRoutes(options: StorageApiOptions): Route[] {
	const { files, tokens, componentPaths } = options;
	const get = async (request: ReceivedRequest) => serve(request, files(), componentPaths);
	return [
		{
			method: 'POST',
			path: /^\/api\/storage\/upload$/,
			answer: async (request) => await upload(request, files(), tokens),
		},
		{ method: 'GET', path: /^\/api\/storage\/[^/]+$/, answer: get },
		{ method: 'HEAD', path: /^\/api\/storage\/[^/]+$/, answer: get },
	];
}

async function upload(
	{ query, headers, body }: ReceivedRequest,
	files: FileStore,
	tokens: UploadTokens,
): Promise<Answer> {
	const token = query.get('token');
	if (token === null) {
		throw new PlatformFailure(
			400,
			'BadQueryArgs',
			'Failed to deserialize query string: missing field `token`',
		);
	}
	const componentPath = tokens.check(token);
	const given = headers['content-type'];
	const contentType = given === undefined ? null : normalContentType(given);
	if (contentType === undefined) throw badHeader('content-type');
	const digest = headers.digest === undefined ? undefined : String(headers.digest);
	const expectedSha256 = digest === undefined ? undefined : sha256OfDigest(digest);
	if (digest !== undefined && expectedSha256 === undefined) throw badHeader('digest');
	const { id } = await files.store(componentPath, {
		content: body,
		contentType,
		...(expectedSha256 && { expectedSha256 }),
	});
	return { status: 200, body: { storageId: id } };
}

function serve(
	{ path, query, headers }: ReceivedRequest,
	files: FileStore,
	componentPaths: string[],
): Answer {
	const uuid = decoded(path.slice('/api/storage/'.length));
	if (!isUuid(uuid)) {
		throw new PlatformFailure(
			400,
			'InvalidStoragePath',
			`Invalid storage path: "${uuid}". Please use \`storage.getUrl(storageId: Id<"_storage">)\` to generate a valid URL to retrieve files. See https://docs.convex.dev/file-storage/serve-files for more details`,
		);
	}
	const componentPath = componentOf(query.get('component'), componentPaths);
	const range = parseRange(headers.range);
	if (range.kind === 'unsatisfiable') return { status: 416, bytes: Buffer.alloc(0) };
	const file = files.served(componentPath, uuid);
	if (file === undefined) {
		throw new PlatformFailure(404, 'FileNotFound', `File ${uuid.toLowerCase()} not found`);
	}
	if (range.kind === 'whole') {
		const digest = `sha-256=${file.sha256.toString('base64')}`;
		return { status: 200, bytes: file.content, headers: { digest, ...headersOf(file) } };
	}
	// A range of an empty file is not possible.
	const isEmpty = file.content.length === 0;
	return {
		status: isEmpty ? 200 : 206,
		bytes: bytesIn(file.content, range.range),
		headers: {
			...(!isEmpty && { 'content-range': contentRange(range.range, file.content.length) }),
			...headersOf(file),
		},
	};
}

/** A part of a path; what is no encoded text stays as it is. */
function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

function headersOf({ contentType }: StoredFile): Record<string, string> {
	return {
		...(contentType !== null && { 'content-type': contentType }),
		'cache-control': CACHE_CONTROL,
		'accept-ranges': 'bytes',
	};
}

/** @throws PlatformFailure for an id of none */
function componentOf(id: string | null, componentPaths: string[]): string {
	if (id === null) return '';
	const found = componentPaths.find((path) => path !== '' && componentIdOf(path) === id);
	if (found === undefined) throw internalServerError(500);
	return found;
}
