import { addingMany, creatingMany, mapped } from '../support/manyItems';
import { keys } from '../support/sessions';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

describe('many items at once', () => {
	it.each(['http', 'session'])('share calls, in their order (%s)', async (delivery) => {
		const input = keys(25);
		const { success } = await built.run({
			parameters: addingMany({ itemsPerCall: 10, options: { delivery } }),
			input,
		});
		expect(success.map(({ json }) => json.value)).toEqual(input.map(({ key }) => key));
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual(input.map((_, item) => ({ item })));
		expect((await built.deployment.executions())['counters:addMany']).toBe(3);
	});

	it('are filled in by a form of the elements of the list', async () => {
		const { success } = await built.run({
			parameters: creatingMany({}, mapped({ title: '={{ $json.title }}', priority: '2' })),
			input: [{ title: 'one' }, { title: 'two' }],
		});
		expect(success).toHaveLength(2);
		expect((await built.deployment.receivedCalls()).at(-1)?.args).toEqual({
			tasks: [
				{ title: 'one', priority: 2 },
				{ title: 'two', priority: 2 },
			],
		});
	});

	it('fail together, each with its own fields', async () => {
		const { error } = await built.run({
			parameters: creatingMany(),
			input: [{ title: 'one' }, { title: '' }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error.map(({ json }) => [json.title, Object(json.details).callItems])).toEqual([
			['one', 2],
			['', 2],
		]);
	});
});
