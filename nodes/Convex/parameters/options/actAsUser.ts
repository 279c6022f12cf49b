import type { INodeProperties } from 'n8n-workflow';
import { isPlainObject } from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';
import {
	parseUserAttributes,
	parseUserIdentity,
	type UserIdentity,
} from '../../convex/deployment/identity';

const DESCRIPTION =
	"The user to call the function as, by 'tokenIdentifier' or both 'issuer' and 'subject' (needs a deploy key)";

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
	return parseUserAttributes(BY_FIELDS, readAttributes(options.actAsUserAttributes));
}

const BY_FIELDS = "The option 'Act as User (Fields)'";

function readAttributes(fields: unknown): Array<[name: string, value: unknown]> {
	const entries: unknown[] = isPlainObject(fields) ? [fields.attribute ?? []].flat() : [fields];
	const attributes = new Map<string, unknown>();
	for (const entry of entries) {
		const [name, value] = isPlainObject(entry) ? [entry.name, entry.value] : [];
		const attribute = typeof name === 'string' ? name.trim() : '';
		if (attribute === '') {
			throw inputFailure(
				`${BY_FIELDS} has an attribute without a name`,
				'Name every attribute, or remove those that are not needed.',
			);
		}
		if (attributes.has(attribute)) {
			throw inputFailure(
				`${BY_FIELDS} has the attribute '${attribute}' twice`,
				'Remove one of them.',
			);
		}
		attributes.set(attribute, value);
	}
	return [...attributes];
}
