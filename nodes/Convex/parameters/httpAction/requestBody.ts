import type { IBinaryData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { inputFailure } from '../../convex/failure';
import { takesBody, type HttpMethod } from '../../convex/functions/httpRoute';
import { checkJsonData } from '../../convex/values/jsonData';
import { adviceOutsideArguments, parseJsonText } from '../../convex/values/jsonText';
import { thrownText } from '../../transport/thrownText';
import { findFile } from '../arguments/binaryField';
import { enumField, readParameter } from '../field';
import type { ItemParameters } from '../itemParameters';
import { checkEvaluated } from '../jsonParameter';
import { encodeMultipart, multipartDescription, readMultipart } from './multipartForm';
import { namedValues, readNamedValues, toText } from './namedValues';
import { checkHeaderValue, isHeaderValue } from './requestHeaders';

const body = enumField({
	displayName: 'Body',
	name: 'body',
	default: 'none',
	description: 'What the request carries; GET and HEAD have no body',
	choices: [
		{ name: 'Binary File', value: 'binary', description: 'The content of a file of the item' },
		{
			name: 'Form',
			value: 'form',
			description: 'Fields, as an HTML form sends them (URL-encoded)',
		},
		{
			name: 'Form With Files',
			value: 'multipart',
			description: 'Fields and files of the item (multipart/form-data)',
		},
		{ name: 'JSON', value: 'json', description: 'A JSON value, or an expression that gives one' },
		{ name: 'None', value: 'none', description: 'No body' },
		{ name: 'Text', value: 'text', description: 'Text of any kind, such as XML or CSV' },
	],
});

const JSON_SUBJECT = "'JSON'";
const JSON_ADVICE = adviceOutsideArguments("Write JSON, or set 'Body' to 'None'.");

const json: INodeProperties = {
	displayName: 'JSON',
	name: 'bodyJson',
	type: 'json',
	typeOptions: { rows: 5 },
	default: '{}',
	placeholder: 'e.g. { "title": "Write the announcement" }',
	description: 'The value to send; an expression may give it as a whole, such as the item',
	displayOptions: { show: { body: ['json'] } },
};

const form = namedValues({
	displayName: 'Form Fields',
	name: 'formFields',
	description: 'The fields of the form',
	entry: { displayName: 'Field', name: 'field', placeholder: 'e.g. email' },
	displayOptions: { show: { body: ['form'] } },
});

const text: INodeProperties = {
	displayName: 'Text',
	name: 'bodyText',
	type: 'string',
	typeOptions: { rows: 5 },
	default: '',
	description: 'The text to send, in UTF-8',
	displayOptions: { show: { body: ['text'] } },
};

const textType: INodeProperties = {
	displayName: 'Content Type',
	name: 'bodyContentType',
	type: 'string',
	default: 'text/plain; charset=utf-8',
	placeholder: 'e.g. application/xml',
	description: 'What kind of text it is',
	displayOptions: { show: { body: ['text'] } },
};

const binary: INodeProperties = {
	displayName: 'Input Binary Field',
	name: 'binaryField',
	type: 'string',
	default: 'data',
	required: true,
	placeholder: 'e.g. data',
	hint: "The name of the input item's binary field with the file",
	displayOptions: { show: { body: ['binary'] } },
};

export const bodyDescription: INodeProperties[] = [
	body.property,
	binary,
	form.property,
	multipartDescription,
	json,
	text,
	textType,
];

/** The body of a request, with the content type that it has unless a header names another. */
export type RequestBody =
	| { kind: 'bytes'; bytes: Buffer; contentType: string }
	| { kind: 'file'; file: IBinaryData; contentType: string };

/**
 * @returns undefined for a request without a body
 * @throws ConvexFailure (`input`) naming the parameter
 */
export async function readRequestBody(
	context: IExecuteFunctions,
	parameters: ItemParameters,
	method: HttpMethod,
	itemIndex: number,
): Promise<RequestBody | undefined> {
	const chosen = readParameter(parameters, body, itemIndex);
	if (chosen === 'none') return undefined;
	if (!takesBody(method)) {
		throw inputFailure(
			`A ${method} request has no body: Convex leaves it out`,
			"Set 'Body' to 'None', and send the values in 'Query Parameters' or 'Headers'.",
		);
	}
	switch (chosen) {
		case 'json':
			return bytesOf(readJson(parameters, itemIndex), 'application/json');
		case 'form': {
			const fields = new URLSearchParams();
			for (const [name, value] of readNamedValues(parameters, form, itemIndex)) {
				fields.append(name, value);
			}
			return bytesOf(fields.toString(), 'application/x-www-form-urlencoded');
		}
		case 'multipart':
			return encodeMultipart(await readMultipart(context, parameters, itemIndex));
		case 'text': {
			const value = parameters.getNodeParameter('bodyText', itemIndex, '');
			return bytesOf(toText("'Text'", value), readTextType(parameters, itemIndex));
		}
		case 'binary': {
			const given = parameters.getNodeParameter('binaryField', itemIndex, 'data');
			const file = findFile(parameters.input, itemIndex, "'Input Binary Field'", given);
			return { kind: 'file', file, contentType: contentTypeOf(file) };
		}
	}
}

const TYPE_SUBJECT = "'Content Type'";
const TYPE_ADVICE = 'Write a type such as application/xml, or text/plain; charset=utf-8.';

function readTextType(parameters: ItemParameters, itemIndex: number): string {
	const given = parameters.getNodeParameter(textType.name, itemIndex, textType.default);
	const type = toText(TYPE_SUBJECT, given).trim();
	if (type === '') throw inputFailure(`${TYPE_SUBJECT} is empty`, TYPE_ADVICE);
	checkHeaderValue(TYPE_SUBJECT, type, TYPE_ADVICE);
	return type;
}

/** What n8n knows of the file, if that can stand in a header. */
function contentTypeOf({ mimeType }: Partial<IBinaryData>): string {
	const isType = mimeType !== undefined && mimeType !== '' && isHeaderValue(mimeType);
	return isType ? mimeType : 'application/octet-stream';
}

function bytesOf(content: string, contentType: string): RequestBody {
	return { kind: 'bytes', bytes: Buffer.from(content), contentType };
}

/** Text is checked, and anything that an expression gives is written as JSON. */
function readJson(parameters: ItemParameters, itemIndex: number): string {
	checkEvaluated(parameters, { name: 'bodyJson', subject: JSON_SUBJECT });
	const given = parameters.getNodeParameter('bodyJson', itemIndex, '{}');
	const value = typeof given === 'string' ? parseJsonText(JSON_SUBJECT, given, JSON_ADVICE) : given;
	let written: string | undefined;
	try {
		written = JSON.stringify(value);
	} catch (thrown) {
		throw inputFailure(
			`${JSON_SUBJECT} cannot be written as JSON: ${thrownText(thrown)}`,
			'Have the expression give the fields that the app takes, and not a whole object of another system.',
		);
	}
	if (written === undefined) {
		throw inputFailure(`${JSON_SUBJECT} has no value`, JSON_ADVICE.whenEmpty);
	}
	if (typeof given !== 'string') checkJsonData(JSON_SUBJECT, given);
	return written;
}
