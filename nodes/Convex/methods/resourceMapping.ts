import type {
	FieldType,
	ILoadOptionsFunctions,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import {
	chooseOtherArguments,
	isFormFilledIn,
	readFormListArgument,
	readFormPagination,
	readFormTarget,
} from '../parameters/formParameters';
import { readSignature } from '../transport/http/functionSignature';
import {
	alternativesOf,
	describeAlternatives,
	requiredFirst,
	type FieldValidator,
	type ObjectValidator,
	type Validator,
} from '../convex/values/validator';
import { elementFields, elementOf } from '../convex/functions/listArgument';
import { PAGINATION_ARGUMENT } from '../convex/responses/pageWalk';
import { openCaller } from '../transport/caller';
import { toEditorError, toFailure } from '../transport/nodeError';

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
		const listArgument = readFormListArgument(this);
		const { args } = await readSignature(this, await openCaller(this), target);
		const shown = listArgument === undefined ? args : elementFields(elementOf(args, listArgument));
		if (shown.type === 'object') {
			return formOf(shown, listArgument === undefined && readFormPagination(this));
		}
		const free =
			args.type === 'object'
				? 'The elements of the list may be anything.'
				: 'This function declares no arguments, so it takes any.';
		return { fields: [], emptyFieldsNotice: `${free} ${chooseOtherArguments(this)}` };
	} catch (error) {
		const failure = toFailure(error);
		// The editor shows no more of an error than that there is one. But fields that are filled in
		// would be lost with the form.
		if (failure.details.kind === 'input' && !isFormFilledIn(this)) {
			return { fields: [], emptyFieldsNotice: failure.sentences };
		}
		throw toEditorError(this.getNode(), failure);
	}
}

function formOf({ fields }: ObjectValidator, isPaginated: boolean): ResourceMapperFields {
	const isFilledInByNode = (name: string) => isPaginated && name === PAGINATION_ARGUMENT;
	const shown = requiredFirst(fields).filter(([name]) => !isFilledInByNode(name));
	if (shown.length > 0) return { fields: shown.map(([name, field]) => toFormField(name, field)) };
	const others = fields.size === 0 ? '' : ` but '${PAGINATION_ARGUMENT}', which the node fills in`;
	return { fields: [], emptyFieldsNotice: `This function takes no arguments${others}.` };
}

function toFormField(name: string, { validator, optional }: FieldValidator): ResourceMapperField {
	const alternatives = alternativesOf(validator);
	const members = alternatives.filter(({ type }) => type !== 'null');
	const takesNothing =
		members.length < alternatives.length || members.some(({ type }) => type === 'any');
	const options = literalOptions(members);
	const type = options === undefined ? commonType(members) : 'options';
	return {
		id: name,
		displayName: displayName(name, members),
		// The editor cannot say null, so a field that is left empty stands for it.
		required: !optional && !takesNothing,
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
	if (name === PAGINATION_ARGUMENT) return `${name} (switch on 'Pagination' to have it filled in)`;
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
