/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import axios from 'axios';
import { join } from 'node:path';
import { useEmbeddedDeployment } from './embeddedDeployment';

/** Gives the tests of a file a deployment of an app that is not the sample one, and ways to call it. */
export function useSecondApp() {
	const convex = useEmbeddedDeployment('none', join(__dirname, 'secondApp'));
	const call = async (type: string, path: string, args: object = {}) => {
		const body = { path, args, format: 'convex_encoded_json' };
		const { data, status } = await axios.post(`${convex.deployment.url}/api/${type}`, body, {
			validateStatus: () => true,
		});
		return { status, ...data };
	};
	return {
		get deployment() {
			return convex.deployment;
		},
		call,
		/** Runs the Convex node against it. */
		run: convex.run,
		/** What a failing function says, without the request's id. */
		errorOf: async (type: string, path: string, args: object = {}): Promise<string> => {
			const { errorMessage } = await call(type, path, args);
			return String(errorMessage).replace(/^\[Request ID: [0-9a-f]{16}\] Server Error\n/, '');
		},
	};
}
