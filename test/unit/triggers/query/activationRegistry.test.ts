import { Activation } from '../../../../nodes/Convex/triggers/query/activationRegistry';

/** Something that is watched, and whether it was closed. */
class Watching {
	isClosed = false;

	async close(): Promise<void> {
		this.isClosed = true;
	}
}

function begin(workflowId: string, { nodeId = 'node', nodeName = 'Convex Trigger' } = {}) {
	const activation = Activation.begin({ workflowId, nodeId, nodeName });
	const watching = new Watching();
	activation.watch(watching);
	return { activation, watching };
}

describe('an activation', () => {
	it('ends the one before of the same trigger, and no other', () => {
		const [other, sibling, copy, before] = [
			begin('other'),
			begin('1', { nodeId: 'sibling' }),
			begin('1', { nodeName: 'Convex Trigger1' }),
			begin('1'),
		];
		before.activation.response();
		const after = begin('1');
		expect(before.activation.hasEnded).toBe(true);
		expect(before.watching.isClosed).toBe(true);
		const others = [other, sibling, copy, after];
		expect(others.map(({ watching }) => watching.isClosed)).toEqual(others.map(() => false));
	});

	it('is not ended by closing one that it took the place of', async () => {
		const before = begin('2');
		const response = before.activation.response();
		const after = begin('2');
		await response.closeFunction?.();
		expect(after.watching.isClosed).toBe(false);
	});

	it('is ended by what n8n got last, though that is of one that it took the place of', async () => {
		const before = begin('3');
		const after = begin('3');
		after.activation.response();
		const last = before.activation.response();
		await last.closeFunction?.();
		expect(after.watching.isClosed).toBe(true);
	});

	it.each([
		['which n8n did not get yet', false],
		['which n8n got later', true],
	])('is not ended by closing one that it took the place of before: %s', async (_when, isGot) => {
		const before = begin(`5 ${isGot}`);
		const after = begin(`5 ${isGot}`);
		const response = before.activation.response();
		if (isGot) after.activation.response();
		await response.closeFunction?.();
		expect(after.watching.isClosed).toBe(false);
	});

	it('that was closed does not end those that follow', async () => {
		const before = begin('4');
		const { closeFunction } = before.activation.response();
		await closeFunction?.();
		const after = begin('4');
		await closeFunction?.();
		expect(after.watching.isClosed).toBe(false);
	});
});
