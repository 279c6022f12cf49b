import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { otherArguments } from './arguments';
import { hasExpression } from './expressions';
import { locatorOf } from './functionLocator';
import { parseListArgument } from './manyItems';
import type { NodeOperation } from './options/option';
import { isPlainObject } from '../convex/values/plainObject';
import { parseComponentPath } from '../convex/functions/componentPath';
import { inputFailure } from '../convex/failure';
import { isAgentTool } from '../transport/agentTool';
import { toFunctionPath } from '../convex/functions/functionPath';
import {
	FUNCTION_OPERATIONS,
	type FunctionOperation,
	type FunctionTarget,
} from '../convex/functions/functionCall';

/** How the open form's function is called: one whose result is waited for is a query. */
export function readFormOperation(context: ILoadOptionsFunctions): FunctionOperation {
	const chosen: unknown = context.getCurrentNodeParameter('operation');
	return FUNCTION_OPERATIONS.find((operation) => operation === chosen) ?? 'query';
}

/**
 * The component that is named in the open form's options.
 *
 * @throws ConvexFailure (`input`) while there is only an expression: the functions of the app itself
 * would be the wrong ones
 */
export function readFormComponentPath(context: ILoadOptionsFunctions): string | undefined {
	const options: unknown = context.getCurrentNodeParameter('options');
	const component = isPlainObject(options) ? options.componentPath : undefined;
	if (!hasExpression(component)) return parseComponentPath(component);
	throw inputFailure(
		"The option 'Component' is an expression, so its functions are not known yet",
		`Write the component's name into the option while you fill in the form, or set 'Function' to 'By Path'. ${chooseOtherArguments(context)}`,
	);
}

/** Whether the open form reads a list page by page, and so fills in the argument for it. */
export function readFormPagination(context: ILoadOptionsFunctions): boolean {
	return isFormOf(context, 'query') && context.getCurrentNodeParameter('pagination') === true;
}

/**
 * The list argument of the open form, where its fields are those of an element of the list.
 *
 * @returns undefined for a form of all arguments
 * @throws ConvexFailure (`input`) while there is none, or only an expression
 */
export function readFormListArgument(context: ILoadOptionsFunctions): string | undefined {
	// What is hidden in the form may be stored all the same.
	if (isFormOf(context, 'waitForResult')) return undefined;
	if (context.getCurrentNodeParameter('callFor') !== 'manyItems') return undefined;
	const stored: unknown = context.getCurrentNodeParameter('listArgument');
	if (!hasExpression(stored)) return parseListArgument(stored);
	throw inputFailure(
		"'List Argument' is an expression, so the fields of an item are not known yet",
		chooseOtherArguments(context),
	);
}

/**
 * Whether the open form has fields already.
 *
 * @param name its parameter
 */
export function isFormFilledIn(context: ILoadOptionsFunctions, name = 'mappedArguments'): boolean {
	const form: unknown = context.getCurrentNodeParameter(name);
	return isPlainObject(form) && Array.isArray(form.schema) && form.schema.length > 0;
}

/**
 * The function that the open form names.
 *
 * @throws ConvexFailure (`input`) while there is none, or only an expression
 */
export function readFormTarget(context: ILoadOptionsFunctions): FunctionTarget {
	const { mode, value } = locatorOf(context.getCurrentNodeParameter('functionPath'));
	if (typeof value !== 'string' || value === '') {
		throw inputFailure("No function is chosen in 'Function' yet", 'Choose one first.');
	}
	if (hasExpression(value)) {
		throw inputFailure(
			"'Function' is an expression, so its arguments are not known yet",
			chooseOtherArguments(context),
		);
	}
	return {
		operation: readFormOperation(context),
		functionPath: toFunctionPath(mode, value),
		componentPath: readFormComponentPath(context),
		isWatched: isTrigger(context) || isFormOf(context, 'waitForResult'),
	};
}

/** What to do where a form cannot be made. */
export function chooseOtherArguments(context: ILoadOptionsFunctions): string {
	return `Set ${otherFormArguments(context)}.`;
}

/** The same, behind "set" in a sentence. */
export function otherFormArguments(context: ILoadOptionsFunctions): string {
	return otherArguments(!isTrigger(context) && !isAgentTool(context.getNode()));
}

/** Whether the open form is that of an operation, the first one unless one is chosen. */
function isFormOf(context: ILoadOptionsFunctions, operation: NodeOperation): boolean {
	return (context.getCurrentNodeParameter('operation') ?? 'query') === operation;
}

/** Whether the open form is the trigger's, which has no operations and no input item. */
function isTrigger(context: ILoadOptionsFunctions): boolean {
	return context.getCurrentNodeParameter('emit') !== undefined;
}
