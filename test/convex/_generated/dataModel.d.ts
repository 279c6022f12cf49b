 
/** Generated data model types. To regenerate, run `npx convex dev`. */
import type { DataModelFromSchemaDefinition } from 'convex/server';
import type schema from '../schema.js';

export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
