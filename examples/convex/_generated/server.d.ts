 
/** Generated types of `server.js`. To regenerate, run `npx convex dev`. */
import type {
	ActionBuilder,
	GenericMutationCtx,
	GenericQueryCtx,
	HttpActionBuilder,
	MutationBuilder,
	QueryBuilder,
} from 'convex/server';
import type { DataModel } from './dataModel.js';

export declare const query: QueryBuilder<DataModel, 'public'>;
export declare const internalQuery: QueryBuilder<DataModel, 'internal'>;
export declare const mutation: MutationBuilder<DataModel, 'public'>;
export declare const internalMutation: MutationBuilder<DataModel, 'internal'>;
export declare const action: ActionBuilder<DataModel, 'public'>;
export declare const internalAction: ActionBuilder<DataModel, 'internal'>;
export declare const httpAction: HttpActionBuilder;
export type QueryCtx = GenericQueryCtx<DataModel>;
export type MutationCtx = GenericMutationCtx<DataModel>;
