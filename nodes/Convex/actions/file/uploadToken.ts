import { parseUploadToken } from '../../convex/deployment/storageUrl';
import { ConvexFailure } from '../../convex/failure';
import { formatFunctionPath } from '../../convex/functions/functionPath';
import { SYSTEM_FUNCTIONS } from '../../convex/functions/systemFunctions';
import type { UploadUrlSource } from '../../parameters/file/uploadUrlFrom';
import type { Caller } from '../../transport/caller';
import { callFunction } from '../../transport/http/functionCalls';
import { toFailure } from '../../transport/nodeError';
import { callSystem, unexpectedResult, type FileRun } from './fileRun';

/**
 * The secret of a new upload URL. It goes into no item, no error and no log.
 *
 * @throws ConvexFailure
 */
export async function requestUploadToken(
	run: FileRun,
	caller: Caller,
	source: UploadUrlSource,
	timeoutMs: number,
): Promise<string> {
	return source.kind === 'system'
		? await ofSystem(run, caller, timeoutMs)
		: await ofFunction(run, caller, source, timeoutMs);
}

async function ofSystem(run: FileRun, caller: Caller, timeoutMs: number): Promise<string> {
	const { generateUploadUrl } = SYSTEM_FUNCTIONS;
	try {
		const token = parseUploadToken(await callSystem(run, caller, generateUploadUrl, {}, timeoutMs));
		if (token === undefined) throw unexpectedResult(generateUploadUrl);
		return token;
	} catch (thrown) {
		// Whatever became of the request, no file was sent yet.
		throw toFailure(thrown).with({ details: { outcome: 'notExecuted' } });
	}
}

/** A mutation may do more than that, so where its answer is lost, it is not called again. */
async function ofFunction(
	{ context, retriesOf }: FileRun,
	caller: Caller,
	{ functionPath, args }: UploadUrlSource & { kind: 'function' },
	timeoutMs: number,
): Promise<string> {
	const call = { operation: 'mutation', functionPath, args, valueFormat: 'json' } as const;
	const result = await retriesOf(caller).run(
		async () => await callFunction(context, caller, call, timeoutMs),
	);
	const path = formatFunctionPath(functionPath);
	const names = { resource: 'function', operation: 'mutation', functionPath: path };
	if (result.status === 'failure') throw result.failure.ofCall(names);
	const token = parseUploadToken(result.value);
	if (token !== undefined) return token;
	throw new ConvexFailure(
		`'${path}' did not return the upload URL of a file. It has run: do not call it again before checking in Convex what it changed.`,
		'Have it return what ctx.storage.generateUploadUrl() gives, and nothing else.',
		{ kind: 'function', retryable: false, outcome: 'unknown', ...names },
	);
}
