import type { INodeParameters } from 'n8n-workflow';
import { creating, deleting, tablesOf, updating } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { importing } from '../support/importRequests';

/** What an expression may give by accident or by malice, as its source. */
const NOTHING = ['null', 'undefined', '""', '" "'];
const NO_TEXT = ['NaN', '-1', '0.5', '1e309', '[]', '[[]]', '{}', '{ value: 1 }', 'new Date(NaN)'];
const TEXT = [
	'"9".repeat(400)',
	'"__proto__"',
	'"constructor"',
	'"toString"',
	'"x".repeat(100000)',
];
const ALL = [...NOTHING, ...NO_TEXT, 'DateTime.fromISO("x")', ...TEXT];

type Parameters = (hostile: string) => object;

const byName = (value: string) => ({ __rl: true, mode: 'name', value });

const getMany =
	(more: Parameters): Parameters =>
	(hostile) => ({
		resource: 'document',
		operation: 'getMany',
		table: byName('notes'),
		returnAll: true,
		...more(hostile),
	});

const filter = (more: object) => ({
	filters: { filter: [{ field: 'n', operator: 'equals', type: 'number', value: '5', ...more }] },
});

const change = (more: object) => updating('notes', '{"n":1}', more as INodeParameters);

const fields = (more: object) =>
	creating('notes', '', {
		fieldsMode: 'fields',
		typedFields: { field: [{ name: 'a', type: 'string', value: 'b', ...more }] },
	});

const file = (operation: string, more: object) => ({ resource: 'file', operation, ...more });

const files = (more: object) => file('getMany', { returnAll: true, ...more });

const http = (more: object) => ({
	resource: 'httpAction',
	operation: 'call',
	path: { __rl: true, mode: 'path', value: '/echo' },
	method: 'POST',
	...more,
});

/** Each parameter: how a value gets there, how it is named, and what is an attack on it. */
const DOCUMENTS: Array<[parameter: string, Parameters, named: RegExp, values?: string[]]> = [
	[
		'Table',
		(value) => getMany(() => ({ table: byName(value) }))(value),
		/'Table'|The deployment has no table/,
	],
	[
		'Document ID',
		(documentId) => ({ ...deleting('notes'), operation: 'get', documentId }),
		/^'Document ID'|^The table 'notes' has no document/,
	],
	[
		'Document ID of an update',
		(documentId) => change({ documentId }),
		/^'Document ID'|^The table 'notes' has no document/,
	],
	[
		'Document ID to delete',
		(documentId) => deleting('notes', { documentId }),
		/^'Document ID'|^The table 'notes' has no document/,
	],
	[
		'Key Fields',
		(keyFields) => importing('notes', 'upsert', { keyFields }),
		/^'Key Fields'|no value in the key field/,
	],
	[
		'Fields to Send of an import',
		(itemFields) => importing('notes', 'append', { itemFields, itemFieldNames: 'n' }),
		/^'Fields to Send' is not one of/,
	],
	[
		'Field Names of an import',
		(itemFieldNames) => importing('notes', 'append', { itemFields: 'only', itemFieldNames }),
		/^'Field Names'/,
	],
	['Update', (updateMode) => change({ updateMode }), /^'Update' is not one of/],
	[
		'Fields',
		(fieldsMode) => change({ fieldsMode, itemFieldNames: 'n' }),
		/^'Fields' is not one of/,
	],
	[
		'Fields to Send',
		(itemFields) => creating('notes', '', { fieldsMode: 'item', itemFields, itemFieldNames: 'n' }),
		/^'Fields to Send' is not one of/,
	],
	[
		'Field Names',
		(itemFieldNames) =>
			creating('notes', '', { fieldsMode: 'item', itemFields: 'only', itemFieldNames }),
		/^'Field Names'/,
	],
	[
		'Document (JSON)',
		(documentJson) => creating('notes', documentJson),
		/^'Document \(JSON\)'/,
		ALL.filter((source) => source !== '{ value: 1 }'),
	],
	['Name of a field', (name) => fields({ name }), /^'Fields' has/, [...NOTHING, ...NO_TEXT]],
	['Type of a field', (type) => fields({ type }), /^'Fields': 'a' has the unknown type/],
	['Return All', getMany((returnAll) => ({ returnAll })), /^'Return All' is neither/],
	['Limit', getMany((limit) => ({ returnAll: false, limit })), /^'Limit' is not a whole/],
	['Order', getMany((order) => ({ order })), /^'Order' is not one of/],
	[
		'Index',
		getMany((index) => ({ index: byName(index) })),
		/^'Index'|^The table 'notes' has no index/,
	],
	[
		'Field of a filter',
		getMany((field) => filter({ field })),
		/^'Filters'/,
		[...NOTHING, ...NO_TEXT],
	],
	['Operator', getMany((operator) => filter({ operator })), /^'Filters': .*'?Operator|^'Filters'/],
	['Type of a filter', getMany((type) => filter({ type })), /^'Filters'/],
	[
		'Value of a filter',
		getMany((value) => filter({ type: 'number', value })),
		/^'Filters'/,
		ALL.filter((source) => !['-1', '0.5', '1e309'].includes(source)),
	],
	[
		'Page Size',
		getMany((pageSize) => ({ options: { pageSize } })),
		/^The option 'Page Size' is not a whole/,
	],
	[
		'Component',
		getMany((componentPath) => ({ options: { componentPath } })),
		/^The option 'Component'|^The deployment has no component/,
	],
	['Timeout', getMany((timeout) => ({ options: { timeout } })), /^The option 'Timeout' is not/],
	[
		'Value Format',
		getMany((valueFormat) => ({ options: { valueFormat } })),
		/^The option 'Value Format' is not one of/,
	],
	...(['Create Table', 'Rebuild Key Index', 'Time Limit'] as const).map(
		(shown): (typeof DOCUMENTS)[number] => {
			const name = {
				'Create Table': 'createTable',
				'Rebuild Key Index': 'rebuildKeyIndex',
				'Time Limit': 'timeLimit',
			}[shown];
			const mode = name === 'rebuildKeyIndex' ? 'upsert' : 'append';
			return [
				shown,
				(value) => importing('notes', mode, { keyFields: 'n', options: { [name]: value } }),
				new RegExp(`^The option '${shown}' is n`),
			];
		},
	),
];

const FILES: typeof DOCUMENTS = [
	[
		'Input Binary Field',
		(binaryField) => file('upload', { binaryField }),
		/'Input Binary Field'|no binary field/i,
	],
	['Storage ID', (storageId) => file('get', { storageId }), /^'Storage ID'|no file with the ID/],
	[
		'Storage ID to delete',
		(storageId) => file('delete', { storageId }),
		/^'Storage ID'|no file with the ID/,
	],
	[
		'Storage ID or URL',
		(storageId) => file('download', { storageId }),
		/^'Storage ID or URL'|no file with the ID/,
	],
	['Return All of files', (returnAll) => files({ returnAll }), /^'Return All' is neither/],
	['Limit of files', (limit) => files({ returnAll: false, limit }), /^'Limit' is not a whole/],
	['Order of files', (order) => files({ order }), /^'Order' is not one of/],
	...(['After', 'Before'] as const).map((when): (typeof DOCUMENTS)[number] => [
		`Created ${when}`,
		(value) => files({ filters: { [`created${when}`]: value } }),
		new RegExp(`^'Filters': 'Created ${when}'`),
		ALL.filter((source) => !['-1', '0.5'].includes(source)),
	]),
	['Timeout of files', (timeout) => files({ options: { timeout } }), /^The option 'Timeout'/],
];

const WITHOUT_VALUE = ['null', 'undefined', 'NaN', '1e309', '[[]]', '{}', 'new Date(NaN)'];

const HTTP_ACTIONS: typeof DOCUMENTS = [
	[
		'Path',
		(value) => http({ path: { __rl: true, mode: 'path', value } }),
		/^'Path'/,
		[...NOTHING, ...NO_TEXT],
	],
	['Method', (method) => http({ method }), /^'Method' is not one of/],
	['Authentication', (authentication) => http({ authentication }), /^'Authentication' is not one/],
	['Body', (body) => http({ body }), /^'Body' is not one of/],
	['Response', (response) => http({ response }), /^'Response' is not one of/],
	...(['Query Parameters', 'Headers', 'Form Fields'] as const).flatMap((shown) => {
		const [name, entry, more] = {
			'Query Parameters': ['query', 'parameter', {}],
			Headers: ['headers', 'header', {}],
			'Form Fields': ['formFields', 'field', { body: 'form' }],
		}[shown] as [string, string, object];
		const having = (one: object) => http({ ...more, [name]: { [entry]: [one] } });
		return [
			[
				`Name of ${shown}`,
				(hostile) => having({ name: hostile, value: 'a' }),
				new RegExp(`^'${shown}' has an entry without a name`),
				[...NOTHING, ...NO_TEXT],
			],
			[
				`Value of ${shown}`,
				(hostile) => having({ name: 'a', value: hostile }),
				new RegExp(`^'${shown}': 'a'`),
				WITHOUT_VALUE,
			],
		] satisfies typeof DOCUMENTS;
	}),
	[
		'JSON',
		(bodyJson) => http({ body: 'json', bodyJson }),
		/^'JSON'/,
		['undefined', '""', '" "', 'NaN', '1e309', 'new Date(NaN)', ...TEXT],
	],
	['Text', (bodyText) => http({ body: 'text', bodyText }), /^'Text'/, WITHOUT_VALUE],
	[
		'Content Type',
		(bodyContentType) => http({ body: 'text', bodyText: 'a', bodyContentType }),
		/^'Content Type'/,
		[...WITHOUT_VALUE, '""', '" "'],
	],
	[
		'Put Output File in Field',
		(outputBinaryField) => http({ response: 'file', outputBinaryField }),
		/^'Put Output File in Field' is not the name of a field/,
		[...NOTHING, ...NO_TEXT],
	],
	...(['Accept Any Status', 'Include Status and Headers', 'Timeout'] as const).map(
		(shown): (typeof DOCUMENTS)[number] => {
			const name = {
				'Accept Any Status': 'acceptAnyStatus',
				'Include Status and Headers': 'fullResponse',
				Timeout: 'timeout',
			}[shown];
			return [
				shown,
				(value) => http({ options: { [name]: value } }),
				new RegExp(`^The option '${shown}' is n`),
			];
		},
	),
];

describe('a parameter whose expression gives anything', () => {
	const convex = useEmbeddedDeployment('deployKey');
	const tables = tablesOf(convex);

	it.each([...DOCUMENTS, ...FILES, ...HTTP_ACTIONS])(
		'is refused by its name, and nothing changes: %s',
		async (_name, parameters, named, values = ALL) => {
			const [document] = await tables.add('notes', { n: 0 });
			for (const source of values) {
				const { stoppedBy } = await convex.run({
					parameters: parameters(`={{ ${source} }}`) as INodeParameters,
					input: [{ _id: document?._id, n: 2 }],
				});
				expect([source, stoppedBy?.message]).toEqual([source, expect.stringMatching(named)]);
				expect(stoppedBy?.description).toMatch(/\w{3}/);
			}
			expect(await tables.rows('notes')).toEqual([document]);
			expect(await convex.deployment.executions()).toEqual({});
		},
	);
});
