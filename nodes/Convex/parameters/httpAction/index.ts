import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { enumField, readParameter } from '../field';
import { ItemParameters } from '../itemParameters';
import {
	httpActionOptionsDescription,
	readHttpActionOptions,
	type HttpActionOptions,
} from './httpActionOptions';
import {
	checkSteps,
	httpRouteDescription,
	readHttpRoute,
	type CalledRoute,
} from './httpRouteParameters';
import { namedValues, readNamedValues } from './namedValues';
import { bodyDescription, readRequestBody, type RequestBody } from './requestBody';
import { headersDescription, readRequestHeaders } from './requestHeaders';
import {
	readResponseParameters,
	responseDescription,
	type ResponseParameters,
} from './responseParameters';

const query = namedValues({
	displayName: 'Query Parameters',
	name: 'query',
	description: 'What stands behind the ? of the URL; it is encoded for you',
	entry: { displayName: 'Query Parameter', name: 'parameter', placeholder: 'e.g. status' },
});

const authentication = enumField({
	displayName: 'Authentication',
	name: 'authentication',
	default: 'none',
	description:
		"Whether the HTTP action is told who calls; a deploy key never goes along, as the app's code could read it",
	choices: [
		{
			name: 'Bearer Token',
			value: 'bearerToken',
			description: "The token of a credential with 'Authentication: Bearer Token'",
		},
		{ name: 'None', value: 'none', description: 'Nothing of the credential is sent' },
	],
});

export const httpActionDescription: INodeProperties[] = [
	...httpRouteDescription,
	authentication.property,
	query.property,
	headersDescription,
	...bodyDescription,
	...responseDescription,
	httpActionOptionsDescription,
];

type Named = Array<[name: string, value: string]>;

/** What an item's parameters say of its request. */
export interface HttpActionParameters extends HttpActionOptions {
	route: CalledRoute;
	query: Named;
	headers: Named;
	body: RequestBody | undefined;
	isAuthenticated: boolean;
	response: ResponseParameters;
}

/** Reads the parameters of each item. */
export class HttpActionReader {
	private readonly parameters: ItemParameters;

	constructor(private readonly context: IExecuteFunctions) {
		this.parameters = new ItemParameters(context);
	}

	/** The route alone, so that what is wrong elsewhere can name it. @throws ConvexFailure (`input`) */
	route(itemIndex: number): CalledRoute {
		const route = readHttpRoute(this.parameters, itemIndex);
		checkSteps(this.parameters, route, itemIndex);
		return route;
	}

	/** @throws ConvexFailure (`input`) naming the parameter */
	async read(route: CalledRoute, itemIndex: number): Promise<HttpActionParameters> {
		const { parameters, context } = this;
		const headers = readRequestHeaders(parameters, itemIndex);
		const isAuthenticated = readParameter(parameters, authentication, itemIndex) === 'bearerToken';
		if (isAuthenticated && headers.some(([name]) => name.toLowerCase() === 'authorization')) {
			throw inputFailure(
				"'Headers' has 'Authorization' beside 'Authentication: Bearer Token'",
				"Remove the header, or set 'Authentication' to 'None'.",
			);
		}
		return {
			route,
			query: readNamedValues(parameters, query, itemIndex),
			headers,
			body: await readRequestBody(context, parameters, route.method, itemIndex),
			isAuthenticated,
			response: readResponseParameters(parameters, itemIndex),
			...readHttpActionOptions(parameters, itemIndex),
		};
	}
}
