import type { FunctionOperation } from './functionCall';
import { isPlainObject } from '../values/plainObject';
import { formatFunctionPath, type FunctionPath } from './functionPath';
import {
	ANY_VALIDATOR,
	parseValidator,
	type AnyValidator,
	type ObjectValidator,
} from '../values/validator';

export type FunctionType = 'query' | 'mutation' | 'action';

/** What a function takes: an object, or anything where it has no args validator. */
export type ArgumentsValidator = ObjectValidator | AnyValidator;

/** A function as the deployment declares it. */
export interface FunctionSignature {
	path: FunctionPath;
	type: FunctionType;
	isPublic: boolean;
	args: ArgumentsValidator;
}

const FUNCTION_TYPES = new Map<unknown, FunctionType>([
	['Query', 'query'],
	['Mutation', 'mutation'],
	['Action', 'action'],
]);

/** Reads the value of the function spec; HTTP actions, which are called by their URL, are left out. */
export function parseFunctionSpec(value: unknown): FunctionSignature[] {
	return Array.isArray(value) ? value.flatMap(parseSignature) : [];
}

function parseSignature(entry: unknown): FunctionSignature[] {
	if (!isPlainObject(entry)) return [];
	const { identifier, functionType, visibility } = entry;
	const type = FUNCTION_TYPES.get(functionType);
	if (typeof identifier !== 'string' || type === undefined) return [];
	return [
		{
			path: parseIdentifier(identifier),
			type,
			isPublic: isPlainObject(visibility) && visibility.kind === 'public',
			args: parseArguments(entry.args),
		},
	];
}

/** Nothing else can be deployed: crates/model/src/modules/function_validators.rs. */
function parseArguments(json: unknown): ArgumentsValidator {
	const validator = parseValidator(json);
	return validator.type === 'object' ? validator : ANY_VALIDATOR;
}

/** `folder/messages.js:list`, as the deployment keeps it. */
function parseIdentifier(identifier: string): FunctionPath {
	const colon = identifier.lastIndexOf(':');
	const module = (colon < 0 ? identifier : identifier.slice(0, colon)).replace(/\.js$/, '');
	return { module, name: colon < 0 ? 'default' : identifier.slice(colon + 1) };
}

/** Whether an operation can call a function; 'Run by Path' calls any. */
export function isCallable({ type }: FunctionSignature, operation: FunctionOperation): boolean {
	return operation === 'run' || type === operation;
}

export function findFunction(
	spec: FunctionSignature[],
	path: FunctionPath,
): FunctionSignature | undefined {
	return spec.find(({ path: { module, name } }) => module === path.module && name === path.name);
}

/** Names further apart than a third of their letters are no misspellings of each other. */
const MAX_DISTANCE_SHARE = 1 / 3;
/** Nobody types a longer one: comparing takes as many steps as the product of both lengths. */
const MAX_COMPARED_LENGTH = 256;

/** The function that was probably meant: the one whose path differs in the fewest letters. */
export function nearestFunctionPath(
	spec: FunctionSignature[],
	path: FunctionPath,
): string | undefined {
	const wanted = formatFunctionPath(path);
	if (wanted.length > MAX_COMPARED_LENGTH) return undefined;
	let nearest: string | undefined;
	let limit = Math.floor(wanted.length * MAX_DISTANCE_SHARE);
	for (const signature of spec) {
		const name = formatFunctionPath(signature.path);
		const distance = editDistance(wanted.toLowerCase(), name.toLowerCase(), limit);
		if (distance > limit) continue;
		nearest = name;
		limit = distance - 1;
	}
	return nearest;
}

/**
 * Levenshtein's distance: insertions, deletions and replacements of single letters.
 *
 * @param limit beyond which it does not matter any more
 */
function editDistance(from: string, to: string, limit: number): number {
	if (Math.abs(from.length - to.length) > limit) return Infinity;
	let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const replacement = from[row - 1] === to[column - 1] ? 0 : 1;
			current[column] = Math.min(
				(previous[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(previous[column - 1] ?? 0) + replacement,
			);
		}
		if (current.every((distance) => distance > limit)) return Infinity;
		previous = current;
	}
	return previous[to.length] ?? 0;
}
