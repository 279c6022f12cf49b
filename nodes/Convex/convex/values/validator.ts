import { listed, shortened } from './quote';
import { jsonToConvex, type JSONValue } from 'convex/values';
import { MAX_NESTING } from './encodeArguments';
import { isPlainObject } from './plainObject';

/** A value that a literal validator names. */
export type LiteralValue = string | number | boolean | bigint;

/** What a function declares of its arguments or its result, as the deployment's function spec writes it. */
export type Validator =
	| { type: 'any' | 'null' | 'string' | 'number' | 'boolean' | 'int64' | 'bytes' }
	| { type: 'id'; tableName: string }
	| { type: 'literal'; value: LiteralValue }
	| { type: 'array'; element: Validator }
	| { type: 'record'; key: Validator; value: Validator }
	| { type: 'object'; fields: Map<string, FieldValidator> }
	| { type: 'union'; members: Validator[] };

export type ObjectValidator = Validator & { type: 'object' };

export interface AnyValidator {
	type: 'any';
}

export interface FieldValidator {
	validator: Validator;
	optional: boolean;
}

export const ANY_VALIDATOR: AnyValidator = { type: 'any' };

/**
 * Reads the JSON form of a validator (convex-js src/values/validators.ts, convex-backend
 * crates/common/src/schemas/json.rs). What is not known, from a later version of Convex, is taken
 * as `any`: the deployment checks the arguments itself.
 */
export function parseValidator(json: unknown): Validator {
	return parseLevel(json, 1);
}

/** No value that Convex takes is nested deeper. */
function parseLevel(json: unknown, level: number): Validator {
	if (!isPlainObject(json) || level > MAX_NESTING) return ANY_VALIDATOR;
	switch (json.type) {
		case 'null':
		case 'string':
		case 'number':
		case 'boolean':
		case 'bytes':
			return { type: json.type };
		case 'bigint':
		case 'commitTs':
			return { type: 'int64' };
		case 'id':
			return { type: 'id', tableName: String(json.tableName) };
		case 'literal':
			return parseLiteral(json.value);
		case 'array':
			return { type: 'array', element: parseLevel(json.value, level + 1) };
		case 'record':
			return {
				type: 'record',
				key: parseLevel(json.keys, level + 1),
				value: parseField(json.values, level).validator,
			};
		case 'object':
			return { type: 'object', fields: parseFields(json.value, level) };
		case 'union':
			return {
				type: 'union',
				members: Array.isArray(json.value)
					? json.value.map((member) => parseLevel(member, level + 1))
					: [],
			};
		default:
			return ANY_VALIDATOR;
	}
}

/** A bigint literal comes encoded: `{"$integer": …}`. */
function parseLiteral(json: unknown): Validator {
	const value = isPlainObject(json) ? decodeLiteral(json) : json;
	return typeof value === 'string' ||
		typeof value === 'number' ||
		typeof value === 'boolean' ||
		typeof value === 'bigint'
		? { type: 'literal', value }
		: ANY_VALIDATOR;
}

/** @returns undefined for an encoding of a later version of Convex */
function decodeLiteral(json: Record<string, unknown>): unknown {
	try {
		return jsonToConvex(json as JSONValue);
	} catch {
		return undefined;
	}
}

function parseFields(json: unknown, level: number): Map<string, FieldValidator> {
	const entries = isPlainObject(json) ? Object.entries(json) : [];
	return new Map(entries.map(([name, field]) => [name, parseField(field, level)]));
}

function parseField(json: unknown, level: number): FieldValidator {
	if (!isPlainObject(json)) return { validator: ANY_VALIDATOR, optional: false };
	return { validator: parseLevel(json.fieldType, level + 1), optional: json.optional === true };
}

/** The fields of an object for people: those that have to be there first, else in their order. */
export function requiredFirst(
	fields: ReadonlyMap<string, FieldValidator>,
): Array<[string, FieldValidator]> {
	const entries = [...fields];
	return [
		...entries.filter(([, { optional }]) => !optional),
		...entries.filter(([, { optional }]) => optional),
	];
}

/** The type for people: `string`, `ID of tasks`, `array of number`, `"a" or "b"`, `object {name, age?}`. */
export function describeValidator(validator: Validator): string {
	switch (validator.type) {
		case 'id':
			return `ID of ${validator.tableName}`;
		case 'literal':
			return describeLiteral(validator.value);
		case 'array': {
			const element = describeValidator(validator.element);
			return `array of ${validator.element.type === 'union' ? `(${element})` : element}`;
		}
		case 'object':
			return `object {${describeNames(validator)}}`;
		case 'union':
			return describeAlternatives(alternativesOf(validator)) || 'nothing';
		default:
			return validator.type;
	}
}

/** The names of an object's fields for people: `name, age?`. */
export function describeNames({ fields }: ObjectValidator): string {
	return listed(requiredFirst(fields), ', ', ([name, { optional }]) =>
		optional ? `${shortened(name)}?` : shortened(name),
	);
}

/** Types of which a value may have any, for people: `string or null`. */
export function describeAlternatives(alternatives: readonly Validator[]): string {
	return listed(alternatives, ' or ', describeValidator);
}

function describeLiteral(value: LiteralValue): string {
	if (typeof value === 'bigint') return `${value}n`;
	return typeof value === 'string' ? JSON.stringify(shortened(value)) : String(value);
}

/** The members of a union, those of nested ones too; of anything else, itself. */
export function alternativesOf(validator: Validator): Validator[] {
	return validator.type === 'union' ? validator.members.flatMap(alternativesOf) : [validator];
}
