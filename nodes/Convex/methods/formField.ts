import type { FieldType, INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';
import { PAGINATION_ARGUMENT } from '../convex/responses/pageWalk';
import {
	alternativesOf,
	describeAlternatives,
	type FieldValidator,
	type Validator,
} from '../convex/values/validator';

/** The widgets of n8n's form for the types of Convex. An int64 is text: a number would lose digits. */
const FIELD_TYPES: Record<Exclude<Validator['type'], 'union' | 'any'>, FieldType> = {
	string: 'string',
	id: 'string',
	number: 'number',
	boolean: 'boolean',
	int64: 'string',
	bytes: 'string',
	null: 'string',
	literal: 'options',
	array: 'array',
	object: 'object',
	record: 'object',
};

/** The editor marks an empty JSON field as wrong. */
const EMPTY_JSON: Partial<Record<FieldType, string>> = { object: '{}', array: '[]' };

/** A field of n8n's form for an argument, or a field of a document. */
export function toFormField(
	name: string,
	{ validator, optional }: FieldValidator,
): ResourceMapperField {
	const alternatives = alternativesOf(validator);
	const members = alternatives.filter(({ type }) => type !== 'null');
	const takesNull = members.length < alternatives.length;
	const options = literalOptions(members);
	const type = options === undefined ? commonType(members) : 'options';
	return {
		id: name,
		displayName: displayName(name, members),
		// The editor cannot say null, so a field that is left empty stands for it.
		required: !optional && !takesNull,
		removed: optional,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
		...(type !== undefined && { type }),
		...(type !== undefined && type in EMPTY_JSON && { defaultValue: EMPTY_JSON[type] }),
		...(options !== undefined && { options }),
	};
}

/** Types that the form's widget shows. */
const CLEAR_TYPES = new Set(['string', 'boolean', 'literal', 'null', 'record']);

/** The type stands behind the argument, as n8n has no place of its own for it. */
function displayName(name: string, members: Validator[]): string {
	if (name === PAGINATION_ARGUMENT) return `${name} ('Pagination' of a query fills it in)`;
	const isChoice = members.every(({ type }) => type === 'literal');
	const [only] = members.length === 1 ? members : [];
	if (isChoice || (only !== undefined && CLEAR_TYPES.has(only.type))) return name;
	const type = describeAlternatives(members);
	return `${name} (${only?.type === 'number' ? 'number or ISO date' : type})`;
}

function literalOptions(members: Validator[]): INodePropertyOptions[] | undefined {
	const options: INodePropertyOptions[] = [];
	for (const member of members) {
		if (member.type !== 'literal') return undefined;
		const { value } = member;
		options.push({
			name: String(value),
			value: typeof value === 'bigint' ? String(value) : value,
		});
	}
	return options.length === 0 ? undefined : options;
}

/** The widget that all members share; undefined, a text field for anything, where they differ. */
function commonType(members: Validator[]): FieldType | undefined {
	const types = new Set(
		members.map(({ type }) => (type === 'union' || type === 'any' ? undefined : FIELD_TYPES[type])),
	);
	const [only] = types;
	return types.size === 1 ? only : undefined;
}
