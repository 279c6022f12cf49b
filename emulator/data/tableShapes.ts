import type { JSONValue, Value } from 'convex/values';
import type { Route } from '../api';
import type { App } from '../app';
import { ExportedTables } from '../export/exportedTables';
import { ACTIONS, mayDo, notPermitted, type Authenticator } from '../identity';
import { internalServerError } from '../platformFailure';
import { isObject, type TableOfId } from '../validation';

/** A shape as the dashboard is told it: crates/common/src/shapes/dashboard.rs. */
type Shape = Record<string, JSONValue>;

/**
 * What the documents of each table look like, table by table: `GET /api/shapes2`
 * (crates/local_backend/src/dashboard.rs). Objects of different fields are one object with optional fields.
 */
export function shapeRoutes(authenticator: Authenticator, app: () => App): Route[] {
	return [
		{
			method: 'GET',
			path: /^\/api\/shapes2$/,
			answer: async ({ headers, query }) => {
				const caller = await authenticator.identify(headers.authorization);
				if (!mayDo(caller, ACTIONS.viewData)) throw notPermitted(ACTIONS.viewData);
				return { status: 200, body: shapesOf(app(), query.get('component')) };
			},
		},
	];
}

function shapesOf(app: App, componentId: string | null): Record<string, JSONValue> {
	const found = app.components.find(({ id, path }) =>
		componentId === null ? path === '' : id === componentId,
	);
	if (found === undefined) throw internalServerError(500);
	const tables = app.tables().filter(({ component }) => component === found.path);
	const exported = new ExportedTables(app);
	return Object.fromEntries(
		tables.map((table) => {
			const documents = exported.documents(table, app.history.latest);
			const values = documents.flatMap(({ document }) => (document === null ? [] : [document]));
			return [table.table, shapeOf(values, app.tableOfId)];
		}),
	);
}

/** The shape that all of these values have. */
function shapeOf(values: readonly Value[], tableOfId: TableOfId): Shape {
	const simple = values.filter((value) => !isObject(value) && !Array.isArray(value));
	const shapes = simple.map((value) => simpleShape(value, tableOfId));
	const arrays = values.filter((value): value is Value[] => Array.isArray(value));
	if (arrays.length > 0) {
		shapes.push({ type: 'Array', shape: shapeOf(arrays.flat(), tableOfId) });
	}
	const objects = values.filter(isObject);
	if (objects.length > 0) shapes.push(objectShape(objects, tableOfId));
	const different = new Map(shapes.map((shape) => [JSON.stringify(shape), shape]));
	const [only, ...others] = different.values();
	if (only === undefined) return { type: 'Never' };
	return others.length === 0 ? only : { type: 'Union', shapes: [only, ...others] };
}

function objectShape(objects: Array<Record<string, Value>>, tableOfId: TableOfId): Shape {
	const names = new Set(objects.flatMap((object) => Object.keys(object)));
	const fields = [...names].toSorted().map((fieldName) => {
		const values = objects
			.map((object) => object[fieldName])
			.filter((value) => value !== undefined);
		return {
			fieldName,
			optional: objects.some((object) => !(fieldName in object)),
			shape: shapeOf(values, tableOfId),
		};
	});
	return { type: 'Object', fields };
}

function simpleShape(value: Value, tableOfId: TableOfId): Shape {
	if (value === null) return { type: 'Null' };
	if (value instanceof ArrayBuffer) return { type: 'Bytes' };
	if (typeof value === 'bigint') return { type: 'Int64' };
	if (typeof value === 'boolean') return { type: 'Boolean' };
	if (typeof value === 'number') {
		const hasSpecialValues = !Number.isFinite(value) || Object.is(value, -0);
		return { type: 'Float64', float64Range: { hasSpecialValues } };
	}
	const tableName = typeof value === 'string' ? tableOfId(value) : undefined;
	return tableName === undefined ? { type: 'String' } : { type: 'Id', tableName };
}
