import type {
	FieldType,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import {
	chooseOtherArguments,
	readFormPagination,
	readFormTarget,
} from '../parameters/formParameters';
import { readSignature } from '../transport/http/functionSignature';
import {
	alternativesOf,
	describeValidator,
	requiredFirst,
	type FieldValidator,
	type Validator,
} from '../convex/values/validator';
import { PAGINATION_ARGUMENT } from '../convex/responses/pageWalk';
import { openCaller } from '../transport/caller';
import { toEditorError } from '../transport/nodeError';

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

/** The form of a function's arguments, made from its own validator. */
export async function getArguments(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	try {
		const target = readFormTarget(this);
		const { args } = await readSignature(this, await openCaller(this), target);
		if (args.type !== 'object') {
			return {
				fields: [],
				emptyFieldsNotice: `This function declares no arguments, so it takes any. ${chooseOtherArguments(this)}`,
			};
		}
		const isPaginated = readFormPagination(this);
		const fields = requiredFirst(args.fields).filter(
			([name]) => !(isPaginated && name === PAGINATION_ARGUMENT),
		);
		return {
			fields: fields.map(([name, field]) => toFormField(name, field)),
			...(fields.length === 0 && { emptyFieldsNotice: 'This function takes no arguments.' }),
		};
	} catch (error) {
		throw toEditorError(this.getNode(), error);
	}
}

function toFormField(name: string, { validator, optional }: FieldValidator): ResourceMapperField {
	const members = alternativesOf(validator).filter(({ type }) => type !== 'null');
	const options = literalOptions(members);
	const type = options === undefined ? commonType(members) : 'options';
	return {
		id: name,
		displayName: displayName(name, members),
		required: !optional,
		removed: optional,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
		...(type !== undefined && { type }),
		...(type !== undefined && type in EMPTY_JSON && { defaultValue: EMPTY_JSON[type] }),
		...(options !== undefined && { options }),
	};
}

/** A type that the form's widget does not show is named behind the argument. */
function displayName(name: string, members: Validator[]): string {
	const unclear = members.filter(({ type }) => ['id', 'int64', 'bytes', 'any'].includes(type));
	if (unclear.length === 0 && members.length === 1) return name;
	const isChoice = members.every(({ type }) => type === 'literal');
	return isChoice || members.length === 0
		? name
		: `${name} (${members.map(describeValidator).join(' or ')})`;
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
