/* eslint-disable no-console -- runs in Node, not in n8n */
import type { Answer } from './answer';
import { corsHeaders, preflightAnswer } from './cors';
import { internalServerError, PlatformFailure } from './platformFailure';
import { checkClientVersion, type ReceivedRequest } from './request';

/** What answers a request to one of the deployment's own endpoints. */
export interface Route {
	method: string;
	path: RegExp;
	/** @throws PlatformFailure, which becomes the answer */
	answer: (request: ReceivedRequest) => Promise<Answer>;
}

/** The deployment's own endpoints: crates/local_backend/src/router.rs. */
export class Api {
	constructor(private readonly routes: Route[]) {}

	async answer(request: ReceivedRequest): Promise<Answer> {
		const answer = preflightAnswer(request) ?? (await this.routed(request));
		return { ...answer, headers: { ...corsHeaders(request), ...answer.headers } };
	}

	private async routed(request: ReceivedRequest): Promise<Answer> {
		const route = this.routes.find(
			({ method, path }) => request.method === method && path.test(request.path),
		);
		if (route === undefined) return { status: 404, body: '' };
		return await orFailure(async () => {
			checkClientVersion(request);
			return await route.answer(request);
		});
	}
}

/** The answer, or what the backend answers when the platform fails. */
export async function orFailure(answer: () => Promise<Answer>): Promise<Answer> {
	try {
		return await answer();
	} catch (error) {
		if (!(error instanceof PlatformFailure)) console.error(error);
		return failureAnswer(error instanceof PlatformFailure ? error : internalServerError(500));
	}
}

export function failureAnswer({ httpStatus, code, message }: PlatformFailure): Answer {
	return { status: httpStatus, body: { code, message } };
}
