import type { INodeProperties } from 'n8n-workflow';
import { describeType, isPlainObject } from '../../convex/values/plainObject';
import { inputFailure } from '../../convex/failure';
import { quote } from '../../convex/values/quote';
import {
	parseUserAttributes,
	parseUserIdentity,
	type UserIdentity,
} from '../../convex/deployment/identity';
import { enumField, readField, toFieldValues } from '../field';
import { EVERYWHERE, option } from './option';

const HELP = "Fill in the user's attributes, or remove the option to call as the credential does.";

const specifyUser = enumField({
	displayName: 'Specify User',
	name: 'specifyUser',
	default: 'fields',
	description: "How to write the user's attributes",
	choices: [
		{
			name: 'Using Fields Below',
			value: 'fields',
			description: 'Name each attribute, with its value as text',
		},
		{ name: 'Using JSON', value: 'json', description: 'Write all attributes as one JSON object' },
	],
});

const ATTRIBUTES: INodeProperties = {
	displayName: 'Attributes',
	name: 'attributes',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Attribute' },
	default: {},
	placeholder: 'Add Attribute',
	description:
		"The user's attributes: 'tokenIdentifier', or both 'issuer' and 'subject', and others",
	displayOptions: { show: { specifyUser: ['fields'] } },
	options: [
		{
			displayName: 'Attribute',
			name: 'attribute',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. subject',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: 'e.g. user_123',
				},
			],
		},
	],
};

const JSON_INPUT: INodeProperties = {
	displayName: 'User (JSON)',
	name: 'json',
	type: 'json',
	default: '{ "issuer": "", "subject": "" }',
	description: "A JSON object with 'tokenIdentifier', or both 'issuer' and 'subject', and others",
	displayOptions: { show: { specifyUser: ['json'] } },
};

/** Those that say who the user is, ready to be filled in. */
const FIRST_ATTRIBUTES = ['issuer', 'subject'].map((name) => ({ name, value: '' }));

export const actAsUser = option<UserIdentity | undefined>(EVERYWHERE, {
	property: {
		displayName: 'Act as User',
		name: 'actAsUser',
		type: 'fixedCollection',
		typeOptions: { multipleValues: false },
		default: { user: { specifyUser: 'fields', attributes: { attribute: FIRST_ATTRIBUTES } } },
		placeholder: 'Add User',
		description: 'The user to call the function as (needs a deploy key)',
		options: [
			{
				displayName: 'User',
				name: 'user',
				values: [specifyUser.property, ATTRIBUTES, JSON_INPUT],
			},
		],
	},
	unset: undefined,
	read: (subject, value) => {
		const { user } = toFieldValues(subject, value, HELP);
		const fields = toFieldValues(`${subject}: 'User'`, user, HELP);
		return readField(subject, fields, specifyUser) === 'json'
			? parseUserIdentity(subject, fields.json)
			: parseUserAttributes(subject, readAttributes(subject, fields.attributes));
	},
});

function readAttributes(subject: string, attributes: unknown): Array<[string, unknown]> {
	const { attribute = [] } = toFieldValues(`${subject}: 'Attributes'`, attributes, HELP);
	const known = new Map<string, unknown>();
	for (const entry of [attribute].flat()) {
		if (!isPlainObject(entry)) {
			throw inputFailure(`${subject} has an attribute that is ${describeType(entry)}`, HELP);
		}
		const name = typeof entry.name === 'string' ? entry.name.trim() : '';
		if (name === '') {
			throw inputFailure(
				`${subject} has an attribute without a name`,
				'Name every attribute, or remove those that are not needed.',
			);
		}
		if (known.has(name)) {
			throw inputFailure(
				`${subject} has the attribute ${quote(name)} twice`,
				'Remove one of them.',
			);
		}
		known.set(name, entry.value);
	}
	return [...known];
}
