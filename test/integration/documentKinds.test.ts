/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IDataObject } from 'n8n-workflow';
import { join } from 'node:path';
import { creating, mapperValue, tablesOf } from '../support/documentWrites';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';
import { importing } from '../support/importRequests';

/** A table whose schema is a union of objects, of which a literal says which one a document is. */
const convex = useEmbeddedDeployment('deployKey', join(__dirname, '../support/shapesApp'));

const tables = tablesOf(convex);

const automatically = { fieldsMode: 'mapping', fields: mapperValue(null, 'autoMapInputData') };

const fieldsOf = (rows: IDataObject[]) =>
	rows.map(({ _id, _creationTime, ...fields }) => {
		expect([typeof _id, typeof _creationTime]).toEqual(['string', 'number']);
		return fields;
	});

/** As a spreadsheet has them: each row has a cell for each field of all kinds. */
const rows = [
	{ kind: 'circle', r: '1', side: '', note: null },
	{ kind: 'square', r: '', side: 2, note: '' },
];

it.each([
	['Map Automatically', creating('shapes', '', automatically)],
	['Import', importing('shapes', 'append')],
])('takes a row whose other cells are empty: %s', async (_what, parameters) => {
	const { stoppedBy } = await convex.run({ parameters, input: rows });
	expect(stoppedBy).toBeUndefined();
	expect(fieldsOf(await tables.rows('shapes'))).toEqual([
		{ kind: 'circle', r: 1 },
		{ kind: 'square', side: 2, note: '' },
	]);
});

it.each<[json: string, words: string]>([
	['{"kind":"circle","r":1,"side":2}', " has 'side', which the table does not take"],
	['{"kind":"square"}', " lacks 'side', which the table requires"],
	['{"kind":"square","side":"x"}', ": 'side' is text ('x'), not a number"],
	['{"kind":"triangle"}', `: 'kind' is text ('triangle'), not "circle" or "square"`],
	['{"r":1}', " lacks 'kind', which the table requires"],
])('refuses a document with the field that is wrong: %s', async (json, words) => {
	const { stoppedBy } = await convex.run({ parameters: creating('shapes', json) });
	expect(stoppedBy?.message).toBe(`'Document (JSON)'${words} [item 0]`);
});
