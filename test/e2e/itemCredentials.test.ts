import type { IDataObject } from 'n8n-workflow';
import { readStack } from './environment';
import { useSignedInN8n } from './signedIn';
import { convexNode, outputOf, workflowAround } from './workflows';

const { deployment, deploymentUrl } = readStack();
const signedIn = useSignedInN8n();

const subjectOf = ({ value }: IDataObject) =>
	typeof value === 'object' && value !== null && 'subject' in value ? value.subject : value;

it.each([
	['query', 'users:whoami', {}],
	['mutation', 'users:sign', {}],
	['mutation', 'users:sign', { delivery: 'session' }],
	['run', 'users:whoami', {}],
])(
	"a credential with an expression has each item's own user call: %s %s %j",
	async (operation, path, options) => {
		const { n8n } = signedIn;
		const signed = async (sub: string) => await deployment.signToken({ sub });
		const credentialId = await n8n.createCredential('Users', 'convexApi', {
			deploymentUrl,
			authentication: 'bearerToken',
			token: `={{ $json.token ?? "${await signed('nobody')}" }}`,
		});
		const node = convexNode(credentialId, operation, path, {}, { onError: 'continueErrorOutput' });
		node.parameters.options = options;
		const items = [
			{},
			{ token: await signed('ada') },
			{ token: 'not-a-token' },
			{ token: await signed('grace') },
			{},
			{ token: await signed('ada') },
		];
		const id = await n8n.importWorkflow(workflowAround(node, items));
		const execution = await n8n.runWorkflow(id);
		const users = outputOf(execution, 'Success').map(subjectOf);
		expect(users).toEqual(['nobody', 'ada', 'grace', 'nobody', 'ada']);
		expect(outputOf(execution, 'Error')).toEqual([
			expect.objectContaining({ token: 'not-a-token', error: expect.stringMatching(/JWT/) }),
		]);
	},
);

it('a credential that was deleted is named in the failure, with what to choose', async () => {
	const { n8n } = signedIn;
	const data = { deploymentUrl, authentication: 'none' };
	const credentialId = await n8n.createCredential('Gone', 'convexApi', data);
	const node = convexNode(credentialId, 'query', 'version', {});
	const id = await n8n.importWorkflow(workflowAround(node, [{}, {}]));
	await n8n.deleteCredential(credentialId);
	const execution = await n8n.runWorkflow(id);
	expect(execution.data.resultData.error).toMatchObject({
		message: expect.stringMatching(
			/^The credential '(?:Gone|Convex)' cannot be used: .*does not exist/,
		),
		description: expect.stringMatching(/^Choose another in 'Credential to connect with'/),
	});
});
