/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { EventLoopTurns } from '../../../nodes/Convex/transport/eventLoopTurns';
import { noteEachTurn } from '../../support/eventLoop';

function workFor(ms: number): void {
	const endsAtMs = performance.now() + ms;
	while (performance.now() < endsAtMs);
}

describe('turns of the event loop', () => {
	it('come between many that go on at once, too', async () => {
		const turns = new EventLoopTurns();
		workFor(25);
		let immediates = 0;
		let immediate = setImmediate(function count() {
			immediates += 1;
			immediate = setImmediate(count);
		});
		const work = async () => {
			await turns.yield();
			workFor(10);
		};
		await Promise.all(Array.from({ length: 20 }, work));
		clearImmediate(immediate);
		expect(immediates).toBeGreaterThanOrEqual(5);
	});

	it('come where work pauses that takes long, and it goes on to its end', async () => {
		let immediates = 0;
		const noting = noteEachTurn(() => (immediates += 1));
		function* work() {
			for (let pieces = 0; pieces < 10; pieces++) {
				workFor(15);
				yield;
			}
			return 'done';
		}
		expect(await new EventLoopTurns().workOn(work())).toBe('done');
		noting.stop();
		expect(immediates).toBeGreaterThanOrEqual(4);
	});
});
