import type { FunctionResult as SyncResult } from 'convex/browser';
import type { Value } from 'convex/values';
import { toEncodedJson } from '../values/encodedJson';
import type { FunctionOperation, ValueFormat } from '../functions/functionCall';
import { functionFailure } from '../failures/functionFailure';
import type { FunctionResult } from './functionResponse';
import { toPlainJson } from '../values/plainJson';

/** Reads what the sync client gives for a call or a watched query, as `parseFunctionResponse` reads an answer over HTTP. */
export function readSessionResult(
	operation: FunctionOperation,
	valueFormat: ValueFormat,
	result: SyncResult,
): FunctionResult {
	const write = (value: Value) =>
		valueFormat === 'json' ? toPlainJson(toEncodedJson(value)) : toEncodedJson(value);
	const { logLines } = result;
	if (result.success) return { status: 'success', value: write(result.value), logLines };
	const { errorMessage, errorData } = result;
	return {
		status: 'failure',
		failure: functionFailure({
			operation,
			errorMessage,
			errorData: errorData === undefined ? undefined : write(errorData),
			logLines,
		}),
	};
}
