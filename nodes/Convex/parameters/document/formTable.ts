import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { parseTableName } from '../../convex/documents/tables';
import { parseComponentPath } from '../../convex/functions/componentPath';
import { inputFailure } from '../../convex/failure';
import { isPlainObject } from '../../convex/values/plainObject';
import { hasExpression } from '../expressions';
import { locatorOf } from '../functionLocator';

/**
 * The component whose tables the open form is about; undefined for the app itself.
 *
 * @throws ConvexFailure (`input`) while there is only an expression: the app's own tables would be the
 * wrong ones
 */
export function readFormTableComponent(context: ILoadOptionsFunctions): string | undefined {
	const options: unknown = context.getCurrentNodeParameter('options');
	const component = isPlainObject(options) ? options.componentPath : undefined;
	if (!hasExpression(component)) return parseComponentPath(component);
	throw inputFailure(
		"The option 'Component' is an expression, so its tables are not known yet",
		"Write the component's name into the option while you fill in the form, or name the tables by an expression or 'By Name'.",
	);
}

/**
 * The table that is chosen in the open form.
 *
 * @throws ConvexFailure (`input`) while there is none, or only an expression
 */
export function readFormTable(context: ILoadOptionsFunctions): string {
	const { value } = locatorOf(context.getCurrentNodeParameter('table'));
	if (typeof value !== 'string' || value === '') {
		throw inputFailure("No table is chosen in 'Table' yet", 'Choose one first.');
	}
	if (!hasExpression(value)) return parseTableName(value);
	throw inputFailure(
		"'Table' is an expression, so it is not known yet what the table has",
		'Choose a table while you fill in the form, or type the name in.',
	);
}
