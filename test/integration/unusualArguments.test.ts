/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IDataObject } from 'n8n-workflow';
import { join } from 'node:path';
import { calling } from '../support/convexNode';
import { mapperValue } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { forMany } from '../support/manyItems';

/** Functions whose arguments few apps have: pages to write, unions within. */
const convex = useEmbeddedDeployment('deployKey', join(__dirname, '../support/shapesApp'));

const withForm = (operation: string, path: string, value: IDataObject) => ({
	...calling(operation, path, {}),
	argumentsMode: 'mapping',
	mappedArguments: mapperValue(value, 'defineBelow'),
});

const valueOf = async (
	parameters: Parameters<typeof convex.run>[0]['parameters'],
	input?: IDataObject[],
) => {
	const { success, stoppedBy } = await convex.run({ parameters, ...(input && { input }) });
	expect(stoppedBy).toBeUndefined();
	return success.map(({ json }) => json.value);
};

it('a list with holes is refused by the name of the argument', async () => {
	for (const list of ['={{ ["a",,"b"] }}', '={{ new Array(2) }}']) {
		const { stoppedBy } = await convex.run({
			parameters: withForm('query', 'unusual:listed', { list }),
		});
		expect(stoppedBy?.message).toMatch(/^'Arguments': 'list\[[01]\]'/);
	}
});

describe('a function that takes paginationOpts and is no query', () => {
	it.each([
		['mutation', 'unusual:migrate'],
		['action', 'unusual:migrateInAction'],
	])('is not told to be one: %s', async (operation, path) => {
		const parameters = [calling(operation, path, {}), withForm(operation, path, {})];
		for (const each of parameters) {
			const { stoppedBy } = await convex.run({ parameters: each });
			expect(`${stoppedBy?.message}`).not.toMatch(/query/);
			expect(stoppedBy?.description).toContain('give an object, e.g. { "numItems": 100');
		}
	});

	it('is told to leave it out where it takes none', async () => {
		const parameters = calling('mutation', 'unusual:migrateNothing', { paginationOpts: {} });
		const { stoppedBy } = await convex.run({ parameters });
		expect(stoppedBy?.description).toMatch(/leave 'paginationOpts' out/);
	});
});

describe('a paginated query', () => {
	it('has the parts of paginationOpts converted that are given', async () => {
		const args = { paginationOpts: { maximumRowsRead: '5' } };
		const parameters = calling('query', 'unusual:page', args, { convertTypes: true });
		expect(await valueOf({ ...parameters, pagination: true })).toEqual([]);
	});

	it("is not hinted at 'Pagination' for many items at once, which do not go together", async () => {
		const parameters = forMany({
			operation: 'query',
			path: 'unusual:page',
			listArgument: 'values',
			element: '={{ "a" }}',
			shared: { paginationOpts: { numItems: 1, cursor: null } },
		});
		const { run, stoppedBy } = await convex.run({ parameters });
		expect(stoppedBy).toBeUndefined();
		expect(run.data.resultData.runData.Convex?.[0]?.hints ?? []).toEqual([]);
	});
});

describe('what a validator refuses', () => {
	it.each([
		[{ user: { name: 'a', nick: 'b', extra: 1 } }, /^Leave 'extra' out of 'user' in 'Arguments'/],
		[{ user: { name: 'a' } }, /^Give 'nick' in 'user' of 'Arguments'/],
		[{ user: { name: 'a', nick: 'b' }, more: 1 }, /^Leave 'more' out of 'Arguments'/],
	])('is named by its place: %j', async (args, advice) => {
		const { stoppedBy } = await convex.run({ parameters: calling('query', 'unusual:user', args) });
		expect(stoppedBy?.description).toMatch(advice);
	});

	it('as digits for an int64 is not advised to be a number', async () => {
		const args = { rows: [], big: '5' };
		const { stoppedBy } = await convex.run({
			parameters: calling('mutation', 'unusual:kinds', args),
		});
		expect(stoppedBy?.description).toMatch(/JSON has no int64/);
	});
});

it('no field is mapped automatically to elements that are one of several objects', async () => {
	const automatic = {
		argumentsMode: 'mapping',
		mappedArguments: mapperValue(null, 'autoMapInputData'),
	};
	const call = { path: 'unusual:kinds', listArgument: 'rows' };
	const { stoppedBy } = await convex.run({
		parameters: forMany(call, automatic),
		input: [{ kind: 'a', n: 1 }],
	});
	expect(stoppedBy?.message).toMatch(
		/^An element of the function's list is one of several objects, so no field /,
	);
});

it("a value of the type 'Int64' is converted to a number, where the function takes that", async () => {
	const user = { name: 'user', type: 'object', value: '{"name":"a","nick":"b"}' };
	const parameters = {
		...calling('query', 'unusual:user', {}, { convertTypes: true }),
		argumentsMode: 'fields',
		argumentFields: { argument: [user, { name: 'number', type: 'int64', value: '3' }] },
	};
	expect(await valueOf(parameters)).toMatchObject([{ number: 3 }]);
});

it('a list of functions that is refused is asked for once in a run', async () => {
	const token = await convex.deployment.createKey(['deployment:data:write']);
	const { error } = await convex.run({
		credential: { ...convex.credential, token },
		parameters: withForm('query', 'unusual:listed', { list: '={{ ["a"] }}' }),
		input: Array.from({ length: 20 }, () => ({})),
		settings: { onError: 'continueErrorOutput' },
	});
	expect(error).toHaveLength(20);
	expect((await convex.deployment.requestStats()).requests).toBe(1);
});

it("a list of functions in whose place a proxy's page came is asked for again for the next item", async () => {
	await convex.deployment.addFault({
		kind: 'answer',
		status: 403,
		body: '<html>Blocked</html>',
		headers: { 'content-type': 'text/html' },
		path: '/api/query',
		times: 1,
	});
	const { error, success } = await convex.run({
		parameters: withForm('query', 'unusual:listed', { list: '={{ ["a"] }}' }),
		input: [{}, {}, {}],
		settings: { onError: 'continueErrorOutput' },
	});
	expect([error.length, success.length]).toEqual([1, 2]);
});
