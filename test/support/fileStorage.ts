/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import './n8nEnvironment';
import { createRequire } from 'node:module';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';

interface Services {
	get: <Service>(type: new (...parameters: never[]) => Service) => Service;
}

/** n8n-core's own registry of services, of which other packages have copies. */
const { Container }: { Container: Services } = createRequire(require.resolve('n8n-core'))(
	'@n8n/di',
);

/**
 * Has n8n keep files on disk, as it does by default, in the tests of a file. Without it, files are in
 * the items.
 *
 * @returns reads a file that was stored, by its id
 */
export function useFileStorage(): (id: string | undefined) => Promise<Buffer> {
	const service = Container.get(BinaryDataService);
	const before = { ...service };
	beforeAll(async () => {
		Container.get(BinaryDataConfig).mode = 'filesystem';
		Object.assign(service, { managers: {} });
		await service.init();
	});
	// The next file of the worker shares n8n.
	afterAll(() => void Object.assign(service, before));
	return async (id = '') => await service.getAsBuffer({ id, data: '', mimeType: '' });
}
