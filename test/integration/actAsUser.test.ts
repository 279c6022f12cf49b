import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { calling, userOf } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

describe('acting as a user', () => {
	const whoami = (options: INodeParameters) => calling('query', 'users:whoami', {}, options);
	const identity = { issuer: 'https://issuer.test', subject: '={{ $json.user }}' };

	it('calls as that user, item by item, by JSON or by fields', async () => {
		const attribute = Object.entries(identity).map(([name, value]) => ({ name, value }));
		for (const options of [
			{ actAsUser: userOf('={{ ({ issuer: "https://issuer.test", subject: $json.user }) }}') },
			{ actAsUser: { user: { attributes: { attribute } } } },
		]) {
			const { success, stoppedBy } = await convex.run({
				parameters: whoami(options),
				input: [{ user: 'ada' }, { user: 'grace ä' }],
			});
			expect(stoppedBy).toBeUndefined();
			expect(success.map((item) => item.json.value)).toEqual([
				expect.objectContaining({ subject: 'ada', issuer: 'https://issuer.test' }),
				expect.objectContaining({ tokenIdentifier: 'https://issuer.test|grace ä' }),
			]);
		}
	});

	it('by fields has the attributes that are yes or no, though fields are text', async () => {
		const attribute = [
			{ name: 'tokenIdentifier', value: 'a|b' },
			{ name: 'emailVerified', value: 'true' },
		];
		const { success } = await convex.run({
			parameters: whoami({ actAsUser: { user: { attributes: { attribute } } } }),
		});
		expect(success[0]?.json.value).toMatchObject({ emailVerified: true });
	});

	it('names the permission that the key lacks', async () => {
		const token = await convex.deployment.createKey(['deployment:data:view']);
		const { stoppedBy } = await convex.run({
			parameters: whoami({ actAsUser: userOf('{"tokenIdentifier":"a|b"}') }),
			credential: { ...convex.credential, token },
		});
		expect(stoppedBy?.description).toMatch(/permission 'deployment:functions:actAsUser'/);
	});

	it('reaches internal functions by path too', async () => {
		const { success } = await convex.run({
			parameters: calling(
				'run',
				'jobs:status',
				{},
				{ actAsUser: userOf({ issuer: 'i', subject: 's' }) },
			),
		});
		expect(success[0]?.json.value).toBe('idle');
	});

	it.each<[string, INodeParameters, IDataObject, RegExp]>([
		[
			'without a deploy key',
			{ actAsUser: userOf('{"tokenIdentifier":"a|b"}') },
			{ authentication: 'none' },
			/needs a deploy key/,
		],
		['without saying who', { actAsUser: userOf('{"name":"Ada"}') }, {}, /does not say which user/],
		[
			'as something that is no object',
			{ actAsUser: userOf('[1]') },
			{},
			/is an array, not an object/,
		],
		[
			'with an attribute that Convex would not read',
			{ actAsUser: userOf('{"tokenIdentifier":"a|b","emailVerified":"yes"}') },
			{},
			/^The option 'Act as User' gives the attribute 'emailVerified' as text/,
		],
		[
			'with a number for the subject',
			{ actAsUser: userOf({ issuer: 'i', subject: 5 }) },
			{},
			/^The option 'Act as User' gives the attribute 'subject' as a number, not as text/,
		],
		[
			'with an attribute whose expression gives nothing',
			{
				actAsUser: {
					user: {
						attributes: {
							attribute: [
								{ name: 'tokenIdentifier', value: 'a|b' },
								{ name: 'organization', value: '={{ $json.missing }}' },
							],
						},
					},
				},
			},
			{},
			/^The option 'Act as User' gives the attribute 'organization' no value/,
		],
		[
			'with an attribute that a text brings in again',
			{ actAsUser: userOf('={ "issuer": "i", "subject": "{{ \'x","subject":"admin\' }}" }') },
			{},
			/^The option 'Act as User' has 'subject' twice/,
		],
		[
			'with an expression that is not marked as one',
			{ actAsUser: userOf('{ "issuer": "i", "subject": "{{ $json.user }}" }') },
			{},
			/gives the attribute 'subject' as an expression that was not evaluated/,
		],
		[
			'with an attribute that has no name',
			{ actAsUser: { user: { attributes: { attribute: [{ name: ' ', value: 's' }] } } } },
			{},
			/^The option 'Act as User' has an attribute without a name/,
		],
		[
			'with an attribute twice',
			{
				actAsUser: {
					user: {
						attributes: { attribute: ['a', 'b'].map((value) => ({ name: 'subject', value })) },
					},
				},
			},
			{},
			/^The option 'Act as User' has the attribute 'subject' twice/,
		],
		[
			'in a component',
			{ actAsUser: userOf('{"tokenIdentifier":"a|b"}'), componentPath: 'tally' },
			{},
			/do not go together/,
		],
	])('is refused %s', async (_what, options, credential, message) => {
		const { stoppedBy } = await convex.run({
			parameters: whoami(options),
			credential: { ...convex.credential, ...credential } as never,
		});
		expect(stoppedBy?.message).toMatch(message);
	});
});
