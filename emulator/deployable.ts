import { isRegistered, validatorsOf } from './registeredFunction';
import type { ValidatorJson } from './validation';

const MAX_NAME_LENGTH = 64;

interface ExportedTable {
	tableName: string;
	documentType?: ValidatorJson | null;
}

/**
 * Why Convex refuses to deploy a module, though its code loads, or undefined:
 * crates/model/src/modules/function_validators.rs, crates/isolate/src/environment/analyze.rs.
 */
export function refusedModule(exports: Record<string, unknown>): string | undefined {
	return firstRefusal(Object.entries(exports), ([name, exported]) => {
		if (!isRegistered(exported)) return undefined;
		const { args, returns } = validatorsOf(exported);
		const refusal =
			refusedArguments(args) ?? (returns === null ? undefined : refusedValidator(returns));
		return refusal && `${name}: ${refusal}`;
	});
}

function refusedArguments(args: ValidatorJson): string | undefined {
	return args.type === 'object' || args.type === 'any'
		? refusedValidator(args)
		: 'Args validator must be an object or any';
}

/** The same of a schema as it exports itself: crates/common/src/schemas/mod.rs. */
export function refusedSchema(exported: string): string | undefined {
	const { tables }: { tables: ExportedTable[] } = JSON.parse(exported);
	return firstRefusal(tables, ({ tableName, documentType }) => {
		const refusal = documentType ? refusedValidator(documentType) : undefined;
		return refusal && `table ${tableName}: ${refusal}`;
	});
}

/** The same of a validator, of a function or of a table: crates/common/src/schemas/json.rs. */
function refusedValidator(validator: ValidatorJson): string | undefined {
	switch (validator.type) {
		case 'array':
			return refusedValidator(validator.value);
		case 'record':
			return refusedValidator(validator.keys) ?? refusedValidator(validator.values.fieldType);
		case 'union':
			return firstRefusal(validator.value, refusedValidator);
		case 'object':
			return firstRefusal(
				Object.entries(validator.value),
				([name, { fieldType }]) => refusedName(name) ?? refusedValidator(fieldType),
			);
		default:
			return undefined;
	}
}

/** Validators name fields by identifiers; data may have others: crates/convex/sync_types/src/identifier.rs. */
function refusedName(name: string): string | undefined {
	if (name === '') return 'Identifier cannot be empty';
	if (!/^[A-Za-z_]/.test(name)) {
		return `Invalid first character '${name.charAt(0)}' in ${name}: Identifiers must start with an alphabetic character or underscore`;
	}
	const invalid = /\W/u.exec(name)?.[0];
	if (invalid !== undefined) {
		return `Identifier ${name} has invalid character '${invalid}': Identifiers can only contain alphanumeric characters or underscores`;
	}
	if (name.length > MAX_NAME_LENGTH) {
		return `Identifier is too long (${name.length} > maximum ${MAX_NAME_LENGTH})`;
	}
	return /^_+$/.test(name) ? `Identifier ${name} cannot have exclusively underscores` : undefined;
}

function firstRefusal<Element>(
	elements: Element[],
	refused: (element: Element) => string | undefined,
): string | undefined {
	for (const element of elements) {
		const refusal = refused(element);
		if (refusal !== undefined) return refusal;
	}
	return undefined;
}
