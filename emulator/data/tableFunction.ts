import type { GenericDataModel, GenericMutationCtx, GenericQueryCtx } from 'convex/server';
import {
	v,
	type JSONValue,
	type ObjectType,
	type PropertyValidators,
	type Value,
} from 'convex/values';
import type { App } from '../app';
import { decodeArguments } from '../callArguments';
import { ACTIONS } from '../identity';
import { internalServerError } from '../platformFailure';
import type { SystemFunction } from '../systemFunctions';
import { asSystemFunction } from '../systemScope';
import { validationError, type ValidatorJson } from '../validation';

export type TableReader = GenericQueryCtx<GenericDataModel>['db'];
export type TableWriter = GenericMutationCtx<GenericDataModel>['db'];

/** Where a system function works: the app's own tables (`''`), or those of a component. */
interface Place {
	app: App;
	componentPath: string;
}

/** What a system function does within its transaction. */
type Handler<Database, Fields extends PropertyValidators> = (
	db: Database,
	args: ObjectType<Fields>,
	place: Place,
) => Promise<Value>;

/**
 * A system function that reads tables, for a key that may view data. All of them take a `componentId`
 * (`queryGeneric` and `queryPrivateSystem` of system-udfs/convex/_system/secretSystemTables.ts).
 */
export function tableQuery<Fields extends PropertyValidators>(
	fields: Fields,
	handler: Handler<TableReader, Fields>,
): SystemFunction {
	return {
		type: 'query',
		action: ACTIONS.viewData,
		run: async (app, args) => {
			const place = placeOf(app, args);
			const checked = checkedArguments(fields, args, app);
			return await asSystemFunction(
				async () =>
					await readingIn(
						place,
						async (db) => await app.history.read(async () => await handler(db, checked, place)),
					),
			);
		},
	};
}

/** A system function that changes tables, for a key that may write data; what it throws rolls back. */
export function tableMutation<Fields extends PropertyValidators>(
	fields: Fields,
	handler: Handler<TableWriter, Fields>,
): SystemFunction {
	return {
		type: 'mutation',
		action: ACTIONS.writeData,
		run: async (app, args) => {
			const place = placeOf(app, args);
			const checked = checkedArguments(fields, args, app);
			return await asSystemFunction(
				async () => await writingIn(place, async (db) => await handler(db, checked, place)),
			);
		},
	};
}

/** @throws PlatformFailure for a component that is not there (`must_component_path`) */
function placeOf(app: App, args: JSONValue): Place {
	const componentId = argumentObject(args).componentId ?? null;
	if (componentId === null) return { app, componentPath: '' };
	const component = app.components.find(({ id, path }) => id === componentId && path !== '');
	if (component === undefined) throw internalServerError(500);
	return { app, componentPath: component.path };
}

/** Clients send the arguments as an object, or as a list of it alone. */
function argumentObject(args: JSONValue): Record<string, JSONValue> {
	const object = Array.isArray(args) ? args[0] : args;
	return typeof object === 'object' && object !== null && !Array.isArray(object) ? object : {};
}

/** @throws Error with the backend's sentence for arguments that the function does not take */
function checkedArguments<Fields extends PropertyValidators>(
	fields: Fields,
	args: JSONValue,
	app: App,
): ObjectType<Fields> {
	const path = { module: '', name: '', stripped: '', full: 'system function' };
	const decoded = decodeArguments(args, path);
	if (decoded.args === undefined) throw new Error(decoded.error);
	const [value = {}] = decoded.args;
	const validator = v.object({ ...fields, componentId: v.optional(v.union(v.string(), v.null())) });
	const { json } = validator as unknown as { json: ValidatorJson };
	const problem = validationError(json, value, app.tableOfId);
	if (problem !== undefined) throw new Error(`ArgumentValidationError: ${problem}`);
	return value as ObjectType<Fields>;
}

/** convex-test's transactions, with tables of any name. */
interface Transactions {
	query: Transaction<GenericQueryCtx<GenericDataModel>>;
	mutation: Transaction<GenericMutationCtx<GenericDataModel>>;
	/** Not among its documented methods. */
	runInComponent: <Result>(
		componentPath: string,
		run: (context: GenericMutationCtx<GenericDataModel>) => Promise<Result>,
	) => Promise<Result>;
}

type Transaction<Context> = <Result>(run: (context: Context) => Promise<Result>) => Promise<Result>;

function transactionsOf({ backend }: App): Transactions {
	return backend as unknown as Transactions;
}

async function readingIn<Result>(
	{ app, componentPath }: Place,
	read: (db: TableReader) => Promise<Result>,
): Promise<Result> {
	const transactions = transactionsOf(app);
	return componentPath === ''
		? await transactions.query(async ({ db }) => await read(db))
		: await transactions.runInComponent(componentPath, async ({ db }) => await read(db));
}

async function writingIn<Result>(
	{ app, componentPath }: Place,
	write: (db: TableWriter) => Promise<Result>,
): Promise<Result> {
	const transactions = transactionsOf(app);
	return componentPath === ''
		? await transactions.mutation(async ({ db }) => await write(db))
		: await transactions.runInComponent(componentPath, async ({ db }) => await write(db));
}
