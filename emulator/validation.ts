import { jsonToConvex, type JSONValue, type Value } from 'convex/values';

/** A validator as `exportArgs()` and `exportReturns()` write it (convex-js src/values/validators.ts). */
export type ValidatorJson =
	| { type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' | 'commitTs' }
	| { type: 'literal'; value: JSONValue }
	| { type: 'id'; tableName: string }
	| { type: 'array'; value: ValidatorJson }
	| { type: 'record'; keys: ValidatorJson; values: FieldJson }
	| { type: 'object'; value: Record<string, FieldJson> }
	| { type: 'union'; value: ValidatorJson[] };

interface FieldJson {
	fieldType: ValidatorJson;
	optional: boolean;
}

/** Tells an id from other text, and names its table. */
export type TableOfId = (id: string) => string | undefined;

/**
 * Checks a value against a validator, in the order and with the words of the backend
 * (crates/common/src/schemas/validator.rs).
 *
 * @returns the backend's sentence, or undefined when the value fits
 */
export function validationError(
	validator: ValidatorJson,
	value: Value,
	tableOfId: TableOfId,
	path = '',
): string | undefined {
	const check = (inner: ValidatorJson, innerValue: Value, place: string) =>
		validationError(inner, innerValue, tableOfId, path + place);
	const context = path === '' ? '' : `Path: ${path}`;
	const noMatch = () =>
		`Value does not match validator.\n${context}\nValue: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;

	switch (validator.type) {
		case 'any':
			return undefined;
		case 'id':
			return idError(validator, value, tableOfId, context, noMatch);
		case 'literal':
			return literalError(validator, value, context);
		case 'array':
			if (!Array.isArray(value)) return noMatch();
			return firstError(value, (element, index) => check(validator.value, element, `[${index}]`));
		case 'record':
			if (!isObject(value)) return noMatch();
			return firstError(
				Object.entries(value),
				([key, field]) =>
					check(validator.keys, key, '.keys()') ??
					check(validator.values.fieldType, field, '.values()'),
			);
		case 'object':
			return isObject(value)
				? objectError(validator, value, context, (field, inner, innerValue) =>
						check(inner, innerValue, `.${field}`),
					)
				: noMatch();
		case 'union':
			return unionError(validator, (member) => check(member, value, ''), noMatch);
		default:
			return typeOf(value) === validator.type ? undefined : noMatch();
	}
}

function idError(
	validator: ValidatorJson & { type: 'id' },
	value: Value,
	tableOfId: TableOfId,
	context: string,
	noMatch: () => string,
): string | undefined {
	const table = typeof value === 'string' ? tableOfId(value) : undefined;
	if (table === undefined) return noMatch();
	return table === validator.tableName
		? undefined
		: `Found ID "${String(value)}" from table \`${table}\`, which does not match the table name in validator \`v.id("${validator.tableName}")\`.${context}`;
}

function literalError(
	validator: ValidatorJson & { type: 'literal' },
	value: Value,
	context: string,
): string | undefined {
	const literal = jsonToConvex(validator.value);
	return literal === value
		? undefined
		: `\`${displayValue(value)}\` does not match literal validator \`v.literal(${displayLiteral(literal)})\`.${context}`;
}

function unionError(
	validator: ValidatorJson & { type: 'union' },
	check: (member: ValidatorJson) => string | undefined,
	noMatch: () => string,
): string | undefined {
	const [only] = validator.value;
	if (only !== undefined && validator.value.length === 1) return check(only);
	return validator.value.some((member) => check(member) === undefined) ? undefined : noMatch();
}

function objectError(
	validator: ValidatorJson & { type: 'object' },
	value: Record<string, Value>,
	context: string,
	check: (field: string, inner: ValidatorJson, innerValue: Value) => string | undefined,
): string | undefined {
	const shown = () =>
		`${context}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(validator)}`;
	for (const [field, { fieldType, optional }] of sortedEntries(validator.value)) {
		const innerValue = value[field];
		if (innerValue !== undefined) {
			const error = check(field, fieldType, innerValue);
			if (error !== undefined) return error;
		} else if (!optional) {
			return `Object is missing the required field \`${field}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n${shown()}`;
		}
	}
	const extra = sortedEntries(value).find(([field]) => !Object.hasOwn(validator.value, field));
	return extra === undefined
		? undefined
		: `Object contains extra field \`${extra[0]}\` that is not in the validator.\n${shown()}`;
}

function firstError<Element>(
	elements: Element[],
	check: (element: Element, index: number) => string | undefined,
): string | undefined {
	for (const [index, element] of elements.entries()) {
		const error = check(element, index);
		if (error !== undefined) return error;
	}
	return undefined;
}

export function isObject(value: Value): value is Record<string, Value> {
	return (
		typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof ArrayBuffer)
	);
}

function typeOf(value: Value): string {
	if (value === null) return 'null';
	return value instanceof ArrayBuffer ? 'bytes' : typeof value;
}

export function displayValue(value: Value): string {
	if (typeof value === 'string') return JSON.stringify(value);
	if (typeof value === 'number') return displayFloat(value);
	if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
	if (Array.isArray(value)) return `[${value.map(displayValue).join(', ')}]`;
	if (!isObject(value)) return String(value);
	return `{${sortedEntries(value)
		.map(([field, inner]) => `${field}: ${displayValue(inner)}`)
		.join(', ')}}`;
}

/** Rust's `{:?}` of an f64. */
function displayFloat(value: number): string {
	if (Number.isNaN(value)) return 'NaN';
	if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
	return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

function displayLiteral(literal: Value): string {
	return typeof literal === 'bigint' ? '<bigint>' : displayValue(literal);
}

function displayValidator(validator: ValidatorJson): string {
	switch (validator.type) {
		case 'number':
			return 'v.float64()';
		case 'bigint':
			return 'v.int64()';
		case 'id':
			return `v.id("${validator.tableName}")`;
		case 'literal':
			return `v.literal(${displayLiteral(jsonToConvex(validator.value))})`;
		case 'array':
			return `v.array(${displayValidator(validator.value)})`;
		case 'record':
			return `v.record(${displayValidator(validator.keys)}, ${displayValidator(validator.values.fieldType)})`;
		case 'union':
			return `v.union(${validator.value.map(displayValidator).join(', ')})`;
		case 'object':
			return `v.object({${sortedEntries(validator.value)
				.map(([field, { fieldType, optional }]) => {
					const inner = displayValidator(fieldType);
					return `${field}: ${optional ? `v.optional(${inner})` : inner}`;
				})
				.join(', ')}})`;
		default:
			return `v.${validator.type}()`;
	}
}

function sortedEntries<Inner>(fields: Record<string, Inner>): Array<[string, Inner]> {
	return Object.entries(fields)
		.filter(([, value]) => value !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1));
}
