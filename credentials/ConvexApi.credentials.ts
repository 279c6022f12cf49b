import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	Icon,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { authorizeRequest } from '../nodes/Convex/transport/http/authorizeRequest';

export class ConvexApi implements ICredentialType {
	name = 'convexApi';

	displayName = 'Convex API';

	icon: Icon = { light: 'file:../icons/convex.svg', dark: 'file:../icons/convex.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-convex/n8n-nodes-convex#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Deployment URL',
			name: 'deploymentUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://happy-animal-123.convex.cloud',
			description:
				'From the Convex dashboard, Settings → URL & Deploy Key; self-hosted, the address of the backend',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			default: 'deployKey',
			options: [
				{
					name: 'Bearer Token',
					value: 'bearerToken',
					description: "Call public functions as a signed-in user, with the user's JSON Web Token",
				},
				{
					name: 'Deploy Key',
					value: 'deployKey',
					description: 'Call every function, internal ones too, as an administrator',
				},
				{
					name: 'None',
					value: 'none',
					description: 'Call public functions that need no sign-in',
				},
			],
		},
		{
			displayName: 'Deploy Key',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. prod:happy-animal-123|…',
			description:
				'From the Convex dashboard, Settings → URL & Deploy Key; self-hosted, the output of generate_admin_key.sh',
			displayOptions: { show: { authentication: ['deployKey'] } },
		},
		{
			displayName: 'Bearer Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. eyJhbGciOi…',
			description:
				"A JSON Web Token of a sign-in provider that is set up in the app's convex/auth.config.ts",
			displayOptions: { show: { authentication: ['bearerToken'] } },
		},
		{
			displayName:
				"A token expires, and ends a Convex Trigger then. Give triggers a credential with a deploy key, and the option 'Act as User' where they need a user.",
			name: 'expiryNotice',
			type: 'notice',
			default: '',
			displayOptions: { show: { authentication: ['bearerToken'] } },
		},
		{
			displayName: 'Site URL',
			name: 'siteUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://happy-animal-123.convex.site',
			description:
				'The address of HTTP actions; leave it empty unless the deployment has a custom domain',
		},
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => authorizeRequest(credentials, requestOptions);
}
