import type { INodeProperties } from 'n8n-workflow';
import { inputFailure, type ConvexFailure } from '../../convex/failure';
import { HTTP_METHODS, parseHttpRoute, type HttpRoute } from '../../convex/functions/httpRoute';
import { describeType } from '../../convex/values/plainObject';
import { enumField, readParameter } from '../field';
import { hasExpression } from '../expressions';
import { locatorOf } from '../functionLocator';
import type { ItemParameters } from '../itemParameters';
import type { ParameterReader } from '../parameterReader';
import { toText } from './namedValues';
import { EXPRESSION, lacksStep } from './pathSteps';

const PATH: INodeProperties = {
	displayName: 'Path',
	name: 'path',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The HTTP action to call, by its route in convex/http.ts',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a route…',
			typeOptions: { searchListMethod: 'searchHttpRoutes', searchable: true },
		},
		{
			displayName: 'By Path',
			name: 'path',
			type: 'string',
			placeholder: 'e.g. /tasks',
			hint: 'As in your code: /tasks, or /files/* for a route with a pathPrefix; the app’s httpPrefix stands before it',
		},
	],
};

const method = enumField({
	displayName: 'Method',
	name: 'method',
	default: 'GET',
	description: 'The HTTP method of the route',
	choices: HTTP_METHODS.map((name) => ({ name, value: name })),
	// A route of the list has its own.
	displayOptions: { hide: { '/path.mode': ['list'] } },
});

const REST: INodeProperties = {
	displayName: 'Rest of Path',
	name: 'restOfPath',
	type: 'string',
	default: '',
	placeholder: 'e.g. reports/2026.pdf',
	description: 'What takes the place of the * in the path; it is encoded for you',
	// Shown for a star in the query too, where nothing needs it: on a busy machine, n8n gives up a regular
	// expression here as timed out, and with it the run.
	displayOptions: { show: { path: [{ _cnd: { includes: '*' } }] } },
};

export const httpRouteDescription: INodeProperties[] = [PATH, method.property, REST];

/** A route as the parameters name it; the path is as it was typed. */
export interface CalledRoute extends HttpRoute {
	/** What takes the place of the `*` at the end of the path, not encoded. */
	rest: string;
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readHttpRoute(context: ParameterReader, itemIndex: number): CalledRoute {
	const { mode, value } = locatorOf(context.getNodeParameter('path', itemIndex));
	if (typeof value !== 'string') {
		throw inputFailure(
			"'Path' is not text",
			'Use an expression that gives the path of a route, e.g. /tasks.',
		);
	}
	const route = parseHttpRoute(value);
	const rest = readRest(context, route?.path ?? value, itemIndex);
	if (mode === 'list') {
		if (route !== undefined) return { ...route, rest };
		throw value.trim() === ''
			? inputFailure("'Path' is empty", "Choose a route from the list, or set 'Path' to 'By Path'.")
			: inputFailure("'Path' is not a route of the list", 'Choose the route again.');
	}
	const chosen = readParameter(context, method, itemIndex);
	// Pasted as the list has it.
	if (route !== undefined && route.method !== chosen) throw otherMethod(route.method, chosen);
	return { method: chosen, path: route?.path ?? value, rest };
}

function otherMethod(typed: string, chosen: string): ConvexFailure {
	return inputFailure(
		`'Path' says ${typed}, and 'Method' says ${chosen}`,
		"Write the path alone, and choose its method in 'Method'.",
	);
}

/**
 * Typed as empty, the prefix of a route is meant.
 *
 * @throws ConvexFailure (`input`) for a step that an expression leaves empty: what is done to a prefix is
 *   often done to all that is behind it
 */
export function checkSteps(
	context: ItemParameters,
	{ path, rest }: CalledRoute,
	itemIndex: number,
): void {
	const evaluate = (expression: string) => context.evaluate(expression, itemIndex);
	const stored = context.stored('restOfPath');
	const storedPath = locatorOf(context.stored('path')).value;
	if (takesRest(path) && rest === '' && isStarOfExpression(storedPath)) {
		throw inputFailure(
			"'Path' ends with a * that its expression gives, and 'Rest of Path' is empty",
			'Have it give the whole path. To call the prefix of a route, leave the * out.',
		);
	}
	const isNothing = hasExpression(stored) && !/[^\s/]/.test(rest);
	if (takesRest(path) && (isNothing || lacksStep(stored, evaluate, 'rest'))) {
		throw inputFailure(
			`'Rest of Path' ${isNothing ? 'is empty' : 'lacks a step'}: its expression gives nothing`,
			"Have it give the rest of the path. To call the prefix itself, leave 'Rest of Path' empty.",
		);
	}
	if (lacksStep(storedPath, evaluate, 'path')) {
		throw inputFailure(
			"'Path' lacks a step: its expression gives nothing",
			'Correct the expression.',
		);
	}
}

function isStarOfExpression(parameter: unknown): boolean {
	if (typeof parameter !== 'string' || !parameter.startsWith('=')) return false;
	return !takesRest(parameter.replace(EXPRESSION, ''));
}

function takesRest(path: string): boolean {
	return path.replace(/\?.*$/s, '').trim().endsWith('*');
}

/** What a path without a star has no place for is refused: without it, the path is another one. */
function readRest(context: ParameterReader, path: string, itemIndex: number): string {
	const rest = context.getNodeParameter('restOfPath', itemIndex, '') ?? '';
	if (rest === '') return rest;
	if (!takesRest(path)) {
		throw inputFailure(
			"'Rest of Path' is given, and 'Path' has no * for it",
			"Put the * at the end of 'Path', or leave 'Rest of Path' empty.",
		);
	}
	if (typeof rest === 'string' || typeof rest === 'number') return toText("'Rest of Path'", rest);
	throw inputFailure(
		`'Rest of Path' is ${describeType(rest)}, not text`,
		'Use text, or an expression that gives it.',
	);
}
