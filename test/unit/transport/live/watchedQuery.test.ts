import { inputFailure, type ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import type { FunctionCall } from '../../../../nodes/Convex/convex/functions/functionCall';
import { WatchedQuery } from '../../../../nodes/Convex/transport/live/watchedQuery';

const call: FunctionCall = {
	operation: 'query',
	functionPath: { module: 'boards', name: 'read' },
	componentPath: undefined,
	args: {},
	valueFormat: 'json',
};

describe('a query that is watched for several', () => {
	it('tells who comes right behind its failure too, and never before they are ready', async () => {
		const query = new WatchedQuery(call);
		const failures: ConvexFailure[] = [];
		const observer = () => ({
			onResult: () => {},
			onFailure: (failure: ConvexFailure) => failures.push(failure),
		});
		const [first, late, gone] = [observer(), observer(), observer()];
		query.add(first);
		query.fail(inputFailure('It failed', 'Mend it.'));
		query.add(late);
		query.add(gone);
		query.remove(gone);
		expect(failures).toHaveLength(1);
		await Promise.resolve();
		expect(failures.map(({ message }) => message)).toEqual(['It failed', 'It failed']);
	});
});
