/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { existsSync, readFileSync } from 'node:fs';
import { CredentialTestContext } from 'n8n-core';
import type { ICredentialType, INodeCredentialTestResult, INodeType } from 'n8n-workflow';
import { loadBuiltPackage, type LoadedPackage } from '../support/builtPackage';
import { convexForm } from '../support/convexNode';
import { PROJECT } from '../support/packPackage';
import { TRIGGER_TYPE } from '../support/triggers';
import { useTriggers, type TriggerUse } from '../support/triggersOfTest';

export interface BuiltUse extends TriggerUse {
	/** @param name in full; the Convex node unless given */
	nodeType: (name?: string) => INodeType;
	credentialType: () => ICredentialType;
	/** Presses the credential's Test button. */
	testCredential: (data: Record<string, string>) => Promise<INodeCredentialTestResult>;
}

/** The package as it is shipped, loaded by the engine's own loader, against an embedded deployment. */
export function useBuiltPackage(): BuiltUse {
	const use = useTriggers('deployKey');
	let loaded: LoadedPackage;
	beforeAll(async () => {
		loaded = await loadBuiltPackage(PROJECT);
	});
	const nodeType = (name = 'n8n-nodes-convex.convex') => {
		const type = loaded.nodeTypes[name];
		if (type === undefined) throw new Error(`the package has no ${name}`);
		return type;
	};
	const credentialType = () => {
		const type = loaded.credentialTypes.convexApi;
		if (type === undefined) throw new Error('the package has no credential type');
		return type;
	};
	const builtTrigger = () => ({
		nodeType: nodeType(TRIGGER_TYPE),
		credentialType: credentialType(),
	});
	return {
		get deployment() {
			return use.deployment;
		},
		get credential() {
			return use.credential;
		},
		nodeType,
		credentialType,
		run: async (options) =>
			await use.run({ nodeType: nodeType(), credentialType: credentialType(), ...options }),
		form: (parameters, credential = use.credential) =>
			convexForm({
				credential,
				parameters,
				nodeType: nodeType(),
				credentialType: credentialType(),
			}),
		trigger: (parameters, options) => use.trigger(parameters, { ...builtTrigger(), ...options }),
		activate: async (parameters, options) =>
			await use.activate(parameters, { ...builtTrigger(), ...options }),
		mutate: use.mutate,
		increment: use.increment,
		put: use.put,
		untilSockets: use.untilSockets,
		socketsClosed: use.socketsClosed,
		testCredential: async (data) => {
			const test = nodeType().methods?.credentialTest?.convexApiTest;
			if (test === undefined) throw new Error('the credential has no test');
			const credential = { id: '1', name: 'Convex', type: 'convexApi', data };
			return await test.call(new CredentialTestContext(), credential);
		},
	};
}

/** What n8n has logged so far. */
export function readLog(): string {
	const file = process.env.N8N_LOG_FILE_LOCATION ?? '';
	return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
