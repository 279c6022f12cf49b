/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingMessage } from 'node:http';
import { PlatformFailure } from '../platformFailure';
import { checkClientVersion, pathOf } from '../request';

/** A client's version stands in the path, because browsers set no headers of sockets. */
const SYNC_PATH = /^\/api\/(?:([^/]+)\/)?sync$/;

const SEMVER = /^\d+\.\d+\.\d+(?:[-+].+)?$/;
/** crates/common/deprecation.json. */
const LAST_UNSUPPORTED_VERSION = '0.19.1';
/** crates/common/src/version.rs `MIN_NPM_VERSION_FOR_TRANSITION_CHUNKS`. */
const FIRST_VERSION_WITH_CHUNKS = '1.28.0';

/**
 * @returns undefined for a client that does not name its version
 * @throws PlatformFailure as crates/common/src/http/mod.rs `client_version_from_req_parts`
 */
export function clientVersionOf(request: IncomingMessage): string | undefined {
	const match = SYNC_PATH.exec(pathOf(request));
	if (match === null) throw new PlatformFailure(404, 'NotFound', '');
	checkClientVersion(request);
	const [, version] = match;
	if (version === undefined) return undefined;
	if (!SEMVER.test(version)) {
		throw new PlatformFailure(
			400,
			'InvalidClientVersion',
			`Failed to parse client version: ${version}`,
		);
	}
	if (compare(version, LAST_UNSUPPORTED_VERSION) <= 0) {
		throw new PlatformFailure(
			400,
			'ClientVersionUnsupported',
			`The Convex npm package at version ${version} is no longer supported. Update your Convex npm version with \`npx convex update\` or \`npm update\`.`,
		);
	}
	return version;
}

export function readsTransitionChunks(version: string | undefined): boolean {
	return version !== undefined && compare(version, FIRST_VERSION_WITH_CHUNKS) >= 0;
}

function compare(left: string, right: string): number {
	return left.localeCompare(right, 'en', { numeric: true });
}
