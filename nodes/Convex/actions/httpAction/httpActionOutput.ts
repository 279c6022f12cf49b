import type { JSONValue } from 'convex/values';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { unusableAnswer } from '../../convex/failures/httpActionFailure';
import { contentKind } from '../../convex/responses/httpActionContent';
import { parseAnswerJson } from '../../convex/values/answerJson';
import type { HttpActionParameters } from '../../parameters/httpAction';
import { EventLoopTurns } from '../../transport/eventLoopTurns';
import { headerOf, type SiteAnswer } from '../../transport/http/requestSite';
import { toItemFields } from '../calls/output';

type Answered = SiteAnswer & { status: 'answered' };

/**
 * The output items of an answer.
 *
 * @throws ConvexFailure for an answer that is not what it has to be
 */
export async function toHttpActionItems(
	{ head, content }: Answered,
	{ route, response: { shape, outputField }, fullResponse }: HttpActionParameters,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const pairedItem = { item: itemIndex };
	const { httpStatus: statusCode, headers } = head;
	const status = { statusCode, headers };
	// A file that is asked for may be an empty one.
	if (content.kind === 'file' && (shape === 'file' || !isEmptyFile(content.file))) {
		const binary = { [outputField]: content.file };
		return [{ json: fullResponse ? status : {}, binary, pairedItem }];
	}
	if (content.kind === 'text' && !content.isExact) {
		const message = 'The answer of the HTTP action has bytes that are no text in its charset';
		throw unusableAnswer(route.method, 'notAsAnnounced', message, statusCode);
	}
	const text = content.kind === 'file' ? '' : content.text;
	if (text === '') return [{ json: fullResponse ? status : {}, pairedItem }];
	const isJson =
		shape === 'json' ||
		(shape === 'auto' && contentKind(headerOf(head, 'content-type')) === 'json');
	const parsed = isJson ? parseAnswerJson(text) : undefined;
	if (parsed !== undefined && parsed.status !== 'json') {
		const noJson = shape === 'json' ? 'not JSON' : 'not JSON, although it says so';
		const what = parsed.status === 'notJson' ? noJson : 'JSON that is nested too deeply';
		const message = `The answer of the HTTP action is ${what}`;
		throw unusableAnswer(route.method, 'notAsAnnounced', message, statusCode);
	}
	const body = parsed === undefined ? text : parsed.value;
	if (fullResponse) return [{ json: { ...status, body }, pairedItem }];
	const values: JSONValue[] = parsed === undefined ? [{ text }] : [parsed.value].flat();
	const items: INodeExecutionData[] = [];
	const turns = new EventLoopTurns();
	for (const value of values) {
		items.push({ json: toItemFields(value), pairedItem });
		if (turns.isBlocking) await turns.yield();
	}
	return items;
}

/** An older n8n tells the size in words only. */
function isEmptyFile({ bytes, fileSize }: IBinaryData): boolean {
	return bytes === 0 || fileSize === '0 B';
}
