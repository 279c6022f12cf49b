import { isPlainObject } from '../../convex/values/encodeArguments';
import { inputFailure } from '../../convex/failure';
import {
	parseUserAttributes,
	parseUserIdentity,
	type UserIdentity,
} from '../../convex/deployment/identity';
import { EVERYWHERE, option, type ReadOption } from './option';

const DESCRIPTION =
	"The user to call the function as, by 'tokenIdentifier' or both 'issuer' and 'subject' (needs a deploy key)";

export const actAsUserFields = option<UserIdentity | undefined>(EVERYWHERE, {
	property: {
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
	unset: undefined,
	read: (subject, value) => parseUserAttributes(subject, readAttributes(subject, value)),
});

export const actAsUserJson = option<UserIdentity | undefined>(EVERYWHERE, {
	property: {
		displayName: 'Act as User (JSON)',
		name: 'actAsUser',
		type: 'json',
		default: '{ "issuer": "", "subject": "" }',
		description: DESCRIPTION,
	},
	unset: undefined,
	read: parseUserIdentity,
});

/** The user that a call is made for, if any. @throws ConvexFailure (`input`) naming the option */
export function readIdentity(read: ReadOption): UserIdentity | undefined {
	const byFields = read(actAsUserFields);
	const byJson = read(actAsUserJson);
	if (byFields === undefined || byJson === undefined) return byFields ?? byJson;
	throw inputFailure(
		"The options 'Act as User (JSON)' and 'Act as User (Fields)' name a user each",
		'Remove one of them.',
	);
}

function readAttributes(subject: string, fields: unknown): Array<[name: string, value: unknown]> {
	const entries: unknown[] = isPlainObject(fields) ? [fields.attribute ?? []].flat() : [fields];
	const attributes = new Map<string, unknown>();
	for (const entry of entries) {
		const [name, value] = isPlainObject(entry) ? [entry.name, entry.value] : [];
		const attribute = typeof name === 'string' ? name.trim() : '';
		if (attribute === '') {
			throw inputFailure(
				`${subject} has an attribute without a name`,
				'Name every attribute, or remove those that are not needed.',
			);
		}
		if (attributes.has(attribute)) {
			throw inputFailure(
				`${subject} has the attribute '${attribute}' twice`,
				'Remove one of them.',
			);
		}
		attributes.set(attribute, value);
	}
	return [...attributes];
}
