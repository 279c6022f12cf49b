import type { INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../../convex/arguments';
import { inputFailure } from '../../convex/failure';
import { parseUserAttributes, parseUserIdentity, type UserIdentity } from '../../convex/identity';

const DESCRIPTION =
	"Call the function as this user, as if signed in. Needs a deploy key, and 'tokenIdentifier' or both 'issuer' and 'subject'.";

export const actAsUserOptions: INodeProperties[] = [
	{
		displayName: 'Act as User (Fields)',
		name: 'actAsUserAttributes',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Attribute' },
		default: {},
		placeholder: 'Add Attribute',
		description: DESCRIPTION,
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
	},
	{
		displayName: 'Act as User (JSON)',
		name: 'actAsUser',
		type: 'json',
		default: '{ "issuer": "", "subject": "" }',
		description: DESCRIPTION,
	},
];

/** The user that an item's call is made for, if any. @throws ConvexFailure (`input`) naming the option */
export function readIdentity(options: Readonly<Record<string, unknown>>): UserIdentity | undefined {
	const byJson = 'actAsUser' in options;
	const byFields = 'actAsUserAttributes' in options;
	if (byJson && byFields) {
		throw inputFailure(
			"The options 'Act as User (JSON)' and 'Act as User (Fields)' name a user each",
			'Remove one of them.',
		);
	}
	if (byJson) return parseUserIdentity("The option 'Act as User (JSON)'", options.actAsUser);
	if (!byFields) return undefined;
	const fields: unknown = options.actAsUserAttributes;
	const attributes: unknown[] = isPlainObject(fields) ? [fields.attribute ?? []].flat() : [];
	const pairs = attributes
		.filter(isPlainObject)
		.map(({ name, value }): [string, unknown] => [String(name).trim(), value]);
	return parseUserAttributes("The option 'Act as User (Fields)'", pairs);
}
