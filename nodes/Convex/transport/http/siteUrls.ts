import { SYSTEM_ADVICE } from '../../convex/failures/dataFailure';
import { parseSiteUrl } from '../../convex/deployment/deploymentUrl';
import { failureOf, type ConvexFailure } from '../../convex/failure';
import { platformFailure } from '../../convex/failures/platformFailure';
import { STATUS_OK } from '../../convex/responses/functionResponse';
import { parseJsonObject } from '../../convex/values/jsonText';
import type { CallContext, Caller } from '../caller';
import type { Retries } from '../retries';
import { post } from './post';

/** crates/local_backend/src/canonical_urls.rs: any admin may ask. */
const CANONICAL_URLS_PATH = '/api/v1/get_canonical_urls';

const TIMEOUT_MS = 15_000;

type Answer =
	{ status: 'success'; siteUrl: string } | { status: 'failure'; failure: ConvexFailure };

/**
 * Where the HTTP actions of deployments are: as the credential says, as Convex derives it from the
 * deployment URL, or as the deployment says itself, which is asked once.
 */
export class SiteUrls {
	/** By deployment and key: one that is refused says nothing of another. */
	private readonly asked = new Map<string, Promise<string>>();

	constructor(private readonly context: CallContext) {}

	/**
	 * @param retries of the run: the question is one more request to the deployment
	 * @throws ConvexFailure where it is not known, and nothing was sent to the HTTP action
	 */
	async of(caller: Caller, retries: Retries): Promise<string> {
		const { siteUrl, deploymentUrl, authentication, authorization } = caller.credential;
		if (siteUrl !== undefined) return siteUrl;
		if (authentication !== 'deployKey') throw unknownSiteUrl('');
		const key = JSON.stringify([deploymentUrl, authorization]);
		const known = this.asked.get(key);
		if (known !== undefined) return await known;
		const asked = this.askUntilAnswered(caller, retries);
		this.asked.set(key, asked);
		// A later item may meet a deployment that is back.
		asked.catch(() => this.asked.delete(key));
		return await asked;
	}

	private async askUntilAnswered(caller: Caller, retries: Retries): Promise<string> {
		const answer = await retries.run(async () => await this.ask(caller));
		if (answer.status === 'failure') throw couldNotAsk(answer.failure);
		return answer.siteUrl;
	}

	private async ask(caller: Caller): Promise<Answer> {
		const answer = await post(this.context, caller, {
			operation: 'query',
			method: 'GET',
			path: CANONICAL_URLS_PATH,
			timeoutMs: TIMEOUT_MS,
		});
		if (answer.status === 'failure') return answer;
		const { httpStatus, body } = answer.response;
		if (httpStatus === 404) throw unknownSiteUrl(': this version of Convex does not tell it');
		if (httpStatus !== STATUS_OK) {
			return { status: 'failure', failure: platformFailure('query', answer.response) };
		}
		const siteUrl = parseSiteUrl(parseJsonObject(body)?.convexSiteUrl);
		if (siteUrl === undefined) throw unknownSiteUrl(': the deployment tells none that can be used');
		return { status: 'success', siteUrl };
	}
}

function unknownSiteUrl(why: string): ConvexFailure {
	return failureOf('unknownSiteUrl', `The site URL of the deployment is not known${why}`, {
		kind: 'input',
		retryable: false,
		outcome: 'notExecuted',
	});
}

function couldNotAsk(failure: ConvexFailure): ConvexFailure {
	const advised = failure.advisedBy(SYSTEM_ADVICE);
	return advised.with({
		message: `The deployment could not be asked for its site URL: ${advised.message}`,
		advice: `${advised.description} You can also set the credential's 'Site URL'.`,
		details: { outcome: 'notExecuted' },
	});
}
