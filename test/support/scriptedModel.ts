/* eslint-disable @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttpServer } from './awkwardServers';

/** A message of a chat, as OpenAI's API has it. */
export interface ChatMessage {
	role: 'system' | 'user' | 'assistant' | 'tool';
	content: unknown;
	tool_call_id?: string;
}

/** A tool that the model is offered. */
export interface OfferedTool {
	name: string;
	description: string;
	parameters: {
		properties: Record<string, { type?: string; description?: string; default?: unknown }>;
		required?: string[];
	};
}

/** What an agent asks its model. */
export interface ModelRequest {
	messages: ChatMessage[];
	/** By their names. */
	tools: Record<string, OfferedTool>;
	/** What the tools answered since the model spoke last, in the order of its calls. */
	answers: string[];
}

/** What a model says: calls of tools, or the end of the conversation. */
export type ModelReply = { calls: Array<{ tool: string; args: unknown }> } | { text: string };

/** A step of a script: looks at what the agent sent, and answers. What it throws fails the test. */
export type ModelStep = (request: ModelRequest) => ModelReply;

export interface ScriptedModel {
	/** Where OpenAI's API is, for a credential. */
	url: string;
	/** Begins a conversation. */
	follow: (...steps: ModelStep[]) => void;
	/** @throws what a step threw, and unless all steps were taken and no more was asked */
	finish: () => void;
	stop: () => Promise<void>;
}

/**
 * A server with OpenAI's chat API (POST /v1/chat/completions, streamed or not) whose model follows a
 * script.
 */
export async function startScriptedModel(): Promise<ScriptedModel> {
	let steps: ModelStep[] = [];
	let failure: unknown;
	/** How many answers of tools the conversation had so far. */
	let answered = 0;
	const answer = (body: Record<string, unknown>): ModelReply => {
		const step = steps.shift();
		try {
			if (step === undefined) throw new Error('the agent asked its model once more than expected');
			const answers = answersIn(body);
			const newest = answers.slice(answered);
			answered = answers.length;
			return step({ ...requestOf(body), answers: newest });
		} catch (thrown) {
			failure ??= thrown;
			return { text: 'The script failed.' };
		}
	};
	const server = await startHttpServer((request, response) => {
		void readBody(request).then((body) => {
			if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
				failure ??= new Error(`the agent asked for ${request.method} ${request.url}`);
				response.writeHead(404).end();
				return;
			}
			send(response, answer(body), body.stream === true);
		});
	});
	return {
		url: `${server.url}/v1`,
		follow: (...script) => {
			steps = script;
			failure = undefined;
			answered = 0;
		},
		finish: () => {
			if (failure !== undefined) throw failure;
			if (steps.length > 0) throw new Error(`${steps.length} steps of the script were not taken`);
		},
		stop: server.stop,
	};
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	return text === '' ? {} : JSON.parse(text);
}

function messagesOf(body: Record<string, unknown>): ChatMessage[] {
	return (body.messages ?? []) as ChatMessage[];
}

function requestOf(body: Record<string, unknown>): Omit<ModelRequest, 'answers'> {
	const offered = (body.tools ?? []) as Array<{ function: OfferedTool }>;
	return {
		messages: messagesOf(body),
		tools: Object.fromEntries(offered.map((tool) => [tool.function.name, tool.function])),
	};
}

function answersIn(body: Record<string, unknown>): string[] {
	return messagesOf(body)
		.filter(({ role }) => role === 'tool')
		.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
}

let callCount = 0;

function send(response: ServerResponse, reply: ModelReply, isStream: boolean): void {
	const head = { id: 'chatcmpl-1', created: 0, model: 'scripted' };
	const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
	const calls =
		'text' in reply
			? undefined
			: reply.calls.map(({ tool, args }, index) => ({
					index,
					id: `call_${++callCount}`,
					type: 'function',
					function: { name: tool, arguments: JSON.stringify(args) },
				}));
	const content = 'text' in reply ? reply.text : null;
	const message = { role: 'assistant', content, ...(calls && { tool_calls: calls }) };
	const finish_reason = calls === undefined ? 'stop' : 'tool_calls';
	if (!isStream) {
		const choices = [{ index: 0, message, finish_reason }];
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }));
		return;
	}
	const choices = [{ index: 0, delta: message, finish_reason }];
	const chunk = { ...head, object: 'chat.completion.chunk', choices };
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}
