import { ActivationHandle } from '../../nodes/Convex/trigger/activation';

/** Something that is watched, and whether it was closed. */
class Watching {
	isClosed = false;

	async close(): Promise<void> {
		this.isClosed = true;
	}
}

function begin(workflowId: string, nodeId = 'node') {
	const handle = ActivationHandle.begin(workflowId, nodeId);
	const watching = new Watching();
	handle.watch(watching);
	return { handle, watching };
}

describe('an activation', () => {
	it('ends the one before of the same trigger, and no other', () => {
		const [other, sibling, before] = [begin('other'), begin('1', 'sibling'), begin('1')];
		before.handle.response();
		const after = begin('1');
		expect(before.handle.hasEnded).toBe(true);
		expect([other, sibling, before, after].map(({ watching }) => watching.isClosed)).toEqual([
			false,
			false,
			true,
			false,
		]);
	});

	it('is not ended by closing one that it took the place of', async () => {
		const before = begin('2');
		const response = before.handle.response();
		const after = begin('2');
		await response.closeFunction?.();
		expect(after.watching.isClosed).toBe(false);
	});

	it('is ended by what n8n got last, though that is of one that it took the place of', async () => {
		const before = begin('3');
		const after = begin('3');
		after.handle.response();
		const last = before.handle.response();
		await last.closeFunction?.();
		expect(after.watching.isClosed).toBe(true);
	});

	it('that was closed does not end those that follow', async () => {
		const before = begin('4');
		const { closeFunction } = before.handle.response();
		await closeFunction?.();
		const after = begin('4');
		await closeFunction?.();
		expect(after.watching.isClosed).toBe(false);
	});
});
