/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import Module, { createRequire } from 'node:module';

const CONVEX = /^convex(?:\/|$)/;

/** What Node asks to find the file of a module; its types leave it out. */
interface Resolver {
	_resolveFilename: (
		request: string,
		parent: { filename?: string | null } | undefined,
		...others: unknown[]
	) => string;
}

/**
 * Gives the modules of any app the emulator's own `convex`: one copy, as in a deployment, so that its
 * classes are the same for caller and called, and an app need not be installed to be served.
 */
export function shareConvexPackage(): void {
	const own = createRequire(__filename);
	const resolver = Module as unknown as Resolver;
	const resolve = resolver._resolveFilename;
	resolver._resolveFilename = (request, parent, ...others) => {
		const importer = parent?.filename ?? __filename;
		const isOfApp = importer !== __filename && !importer.includes('/node_modules/');
		return isOfApp && CONVEX.test(request)
			? own.resolve(request)
			: resolve.call(Module, request, parent, ...others);
	};
}
