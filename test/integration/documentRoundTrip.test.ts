import fc, { type Arbitrary } from 'fast-check';
import { convexToJson, type JSONValue, type Value } from 'convex/values';
import type { IDataObject } from 'n8n-workflow';
import { creating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { adminRequests, fieldsOf, importing } from '../support/importRequests';

/** Documents with everything that Convex keeps, the same in each run: they arrive, and come back, as they are. */
const convex = useEmbeddedDeployment('deployKey');

const { documents } = adminRequests(() => convex.deployment);

const COUNT = 200;

const name = fc.oneof(
	fc.stringMatching(/^[A-Za-z][ -~]{0,12}$/),
	fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'error', 'json', 'a.b', 'length'),
);

const float = fc.oneof(
	fc.double(),
	fc.integer(),
	fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, 1e21, -1e21, 2 ** 53, 5e-324),
);

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Uint8Array.from(array).buffer);

const text = fc.string({ unit: 'binary', maxLength: 12 });

/** @param only what Convex has as a value of its own, besides what JSON can say */
function values(only: Arbitrary<Value>): Arbitrary<Value> {
	const { value } = fc.letrec<{ value: Value }>((tie) => ({
		value: fc.oneof(
			{ maxDepth: 6, withCrossShrink: true },
			text,
			fc.boolean(),
			fc.constant(null),
			only,
			fc.array(tie('value'), { maxLength: 4 }),
			fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
		),
	}));
	return value;
}

const samples = (only: Arbitrary<Value>): IDataObject[] =>
	fc
		.sample(values(only), { seed: 20261129, numRuns: COUNT })
		.map((value, index) => ({ name: `${index}`, value: convexToJson(value) as never }));

/** In the order of the items. */
const stored = async () => {
	const rows: JSONValue[] = fieldsOf(await documents('boards'));
	return rows;
};

const all = samples(fc.oneof(float, int64, bytes));

it.each([
	['created from JSON', creating('boards')],
	['created from items', creating('boards', '', { fieldsMode: 'item' })],
	['appended', importing('boards', 'append')],
	['put in the place of a table', importing('boards', 'replace')],
])('what documents have is what was sent: %s', async (_how, parameters) => {
	const { stoppedBy } = await convex.run({ parameters, input: all });
	expect(stoppedBy).toBeUndefined();
	expect(await stored()).toEqual(all);
});

it('what documents have is what was sent: by key', async () => {
	const plain = samples(fc.double({ noNaN: true, noDefaultInfinity: true }));
	const { stoppedBy } = await convex.run({
		parameters: importing('boards', 'upsert', { keyFields: 'name' }),
		input: plain,
	});
	expect(stoppedBy).toBeUndefined();
	expect(await stored()).toEqual(plain);
});

it('what is read is what documents have', async () => {
	await convex.run({ parameters: importing('boards', 'append'), input: all });
	const { success } = await convex.run({
		parameters: {
			resource: 'document',
			operation: 'getMany',
			table: { __rl: true, mode: 'name', value: 'boards' },
			returnAll: true,
			order: 'asc',
			options: { valueFormat: 'encoded', pageSize: 7 },
		},
	});
	expect(success.map(({ json }) => ({ name: json.name, value: json.value }))).toEqual(all);
});
