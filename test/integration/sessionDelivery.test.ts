import { calling } from '../support/convexNode';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

const keys = (count: number) =>
	Array.from({ length: count }, (_, number) => ({ key: `item ${number}` }));

describe('mutations in a session', () => {
	it('take effect in the order of the input, and each runs once', async () => {
		const t = Date.now();
		const { success, stoppedBy } = await convex.run({
			parameters: calling('mutation', 'counters:add', '={{ { name: "list", key: $json.key } }}', {
				delivery: 'session',
			}),
			input: keys(1000),
		});
		console.log(stoppedBy?.message, Date.now() - t);
		expect(success.map((item) => item.json.value)).toEqual(keys(1000).map(({ key }) => key));
	});
});
