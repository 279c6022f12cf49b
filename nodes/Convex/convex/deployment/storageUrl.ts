/**
 * Addresses of files. Convex writes its own origin into them, which n8n may not reach (a custom domain,
 * 127.0.0.1 of a self-hosted deployment), and an item may bring any URL. So only what names the file, or
 * allows an upload, is taken out of a URL, and the request goes to the credential's own deployment.
 */
export interface StoredFileAddress {
	/** Which is not the storage ID: crates/local_backend/src/storage.rs. */
	uuid: string;
	/** The id of the component that the file belongs to; undefined for the app itself. */
	component: string | undefined;
}

const MAX_URL_LENGTH = 8_192;

const FILE_PATH =
	/\/api\/storage\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

const COMPONENT_ID = /^[\w-]{1,100}$/;

/**
 * Reads the URL of a file, as `ctx.storage.getUrl` gives it:
 * `{origin}/api/storage/{uuid}[?component={id}]` (convex-backend crates/file_storage/src/core.rs).
 *
 * @returns undefined for any other text
 */
export function parseFileUrl(text: string): StoredFileAddress | undefined {
	const url = parseHttpUrl(text);
	const uuid = url === undefined ? undefined : FILE_PATH.exec(url.pathname)?.[1];
	if (url === undefined || uuid === undefined) return undefined;
	const component = url.searchParams.get('component') ?? undefined;
	if (component !== undefined && !COMPONENT_ID.test(component)) return undefined;
	return { uuid: uuid.toLowerCase(), component };
}

/** Where a deployment serves a file. */
export function fileAddress(deploymentUrl: string, { uuid, component }: StoredFileAddress): string {
	const query = component === undefined ? '' : `?component=${encodeURIComponent(component)}`;
	return `${deploymentUrl}/api/storage/${uuid}${query}`;
}

/**
 * The secret of an upload URL, as `ctx.storage.generateUploadUrl` gives it:
 * `{origin}/api/storage/upload?token={token}` (convex-backend crates/file_storage/src/core.rs).
 *
 * @returns undefined for any other value
 */
export function parseUploadToken(value: unknown): string | undefined {
	const url = typeof value === 'string' ? parseHttpUrl(value) : undefined;
	if (url === undefined || !url.pathname.endsWith('/api/storage/upload')) return undefined;
	const token = url.searchParams.get('token') ?? '';
	return token === '' ? undefined : token;
}

/** Where a deployment takes an upload; a secret. */
export function uploadAddress(deploymentUrl: string, token: string): string {
	return `${deploymentUrl}/api/storage/upload?token=${encodeURIComponent(token)}`;
}

function parseHttpUrl(text: string): URL | undefined {
	const trimmed = text.length <= MAX_URL_LENGTH ? text.trim() : '';
	if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return undefined;
	return new URL(trimmed);
}
