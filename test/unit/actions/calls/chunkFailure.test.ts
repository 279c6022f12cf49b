import { failureOfChunk } from '../../../../nodes/Convex/actions/calls/chunkFailure';
import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { platformFailure } from '../../../../nodes/Convex/convex/failures/platformFailure';

const ofFunction = (errorMessage: string) =>
	functionFailure({ operation: 'mutation', errorMessage, errorData: undefined, logLines: [] });

const described = (failure: ReturnType<typeof ofFunction>, itemCount: number) =>
	failureOfChunk(failure, 'tasks:createMany', itemCount).description;

describe('the failure of a call for many items', () => {
	it.each([
		['the size of the request', platformFailure('mutation', { httpStatus: 413, body: '' })],
		['the size of its arguments', ofFunction('Node actions arguments size is too large (6 MiB)')],
		['the time that it takes', ofFunction('Function execution timed out (maximum duration: 1s)')],
	])('that was too much by %s says that fewer items are less', (_what, failure) => {
		const description = described(failure, 100);
		expect(description).toMatch(/The call was for 100 items: a smaller number in 'Items per Call'/);
		expect(description).not.toMatch(/several items|which of them/);
		expect(described(failure, 1)).not.toMatch(/Items per Call/);
	});

	it('that may be one item says how to find it', () => {
		const description = described(ofFunction('Uncaught Error: no title'), 100);
		expect(description).toMatch(/a smaller number in 'Items per Call' shows which of them/);
	});

	it('that is of no item names none', () => {
		const refused = platformFailure('mutation', { httpStatus: 407, body: '' });
		expect(described(refused, 100)).toBe(refused.description);
	});
});
