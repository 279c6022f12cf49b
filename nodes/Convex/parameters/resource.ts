import type { INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../convex/failure';
import { quote } from '../convex/values/quote';

/** What the node works on. The names are in saved workflows. */
export const RESOURCES = ['document', 'file', 'function', 'httpAction'] as const;

export type Resource = (typeof RESOURCES)[number];

export const resourceDescription: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	default: 'function',
	options: [
		{
			name: 'Document',
			value: 'document',
			description: 'Read and change the documents of a table (needs a deploy key)',
		},
		{ name: 'File', value: 'file', description: 'Store files in Convex, and get them' },
		{ name: 'Function', value: 'function', description: "Run your app's own functions" },
		{
			name: 'HTTP Action',
			value: 'httpAction',
			description: "Call a route of the app's own HTTP API",
		},
	],
};

/** Properties that the form shows for one resource only. */
export function shownFor(
	resource: Resource,
	properties: readonly INodeProperties[],
): INodeProperties[] {
	return properties.map((property) => {
		const show = { resource: [resource], ...property.displayOptions?.show };
		return { ...property, displayOptions: { ...property.displayOptions, show } };
	});
}

/**
 * The resource or operation that a parameter names.
 *
 * @param subject the parameter in a sentence, e.g. "'Operation'"
 * @throws ConvexFailure (`input`) for a value that is none of them
 */
export function oneOf<Name extends string>(
	names: readonly Name[],
	subject: string,
	chosen: string,
): Name {
	const known = names.find((name) => name === chosen);
	if (known !== undefined) return known;
	throw inputFailure(
		`${subject} has the unknown value ${quote(chosen)}`,
		`It is one of: ${names.join(', ')}.`,
	);
}
