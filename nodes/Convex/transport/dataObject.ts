import type { IDataObject } from 'n8n-workflow';
import { isPlainObject } from '../convex/values/plainObject';

/** Whether a value may be the fields of an item. */
export function isDataObject(value: unknown): value is IDataObject {
	return isPlainObject(value);
}
