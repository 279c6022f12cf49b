import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { HttpActionReader, httpActionDescription } from '../../parameters/httpAction';
import { readHttpActionRunOptions } from '../../parameters/httpAction/httpActionOptions';
import { oneOf, shownFor } from '../../parameters/resource';
import { SiteUrls } from '../../transport/http/siteUrls';
import type { ItemCallers } from '../../transport/itemCallers';
import { ItemRunner } from '../calls/itemRunner';
import type { ItemResults } from '../itemResults';
import { callHttpAction } from './callHttpAction';

const OPERATIONS = ['call'] as const;

export const description: INodeProperties[] = shownFor('httpAction', [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		default: 'call',
		options: [
			{
				name: 'Call',
				value: 'call',
				action: 'Call HTTP action',
				description: "Send a request to one of the app's own routes (convex/http.ts)",
			},
		],
	},
	...httpActionDescription,
]);

/** @throws ConvexFailure (`input`) for an unknown operation, or an option that holds for all items */
export async function execute(
	context: IExecuteFunctions,
	items: ItemResults,
	callers: ItemCallers,
	chosen: string,
): Promise<void> {
	oneOf(OPERATIONS, "'Operation'", chosen);
	const options = readHttpActionRunOptions(context);
	const runner = new ItemRunner(context, items, callers, options);
	const run = {
		context,
		reader: new HttpActionReader(context),
		sites: new SiteUrls(context),
		retries: runner.retries,
		retriesOnlyUnrun: options.retriesOnlyUnrun,
	};
	await runner.run(async (itemIndex, caller) => await callHttpAction(run, itemIndex, caller));
}
