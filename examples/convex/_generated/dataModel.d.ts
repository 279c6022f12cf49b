 
/** Generated data model types. To regenerate, run `npx convex dev`. */
import type {
	DataModelFromSchemaDefinition,
	DocumentByName,
	TableNamesInDataModel,
} from 'convex/server';
import type schema from '../schema.js';

export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
export type TableNames = TableNamesInDataModel<DataModel>;
export type Doc<TableName extends TableNames> = DocumentByName<DataModel, TableName>;
