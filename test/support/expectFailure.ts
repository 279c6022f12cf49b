import type { IDataObject } from 'n8n-workflow';
import type { ConvexRunOptions } from './convexNode';
import type { DeploymentUse } from './embeddedDeployment';

/** What stands in the message where a mutation or action may have run. */
export const MAY_HAVE_RUN =
	'. The function may have run: do not call it again before checking that in Convex.';

/** What may be sent again is looked at in the first try; anything else has all its retries left. */
export const firstTry = (retryable: boolean) => (retryable ? { maxRetries: 0 } : {});

/** A call with the deployment's own credential unless another is given; what makes it fail happens before each run. */
interface FailingCall extends Pick<ConvexRunOptions, 'parameters'> {
	credential?: ConvexRunOptions['credential'];
	prepare?: () => Promise<void>;
}

interface ExpectedFailure {
	message: string | RegExp;
	description: RegExp;
	details: IDataObject;
}

/**
 * Runs the same call with each of n8n's settings and checks what each gives: the stored error, the
 * item of the error branch with the input's fields, and the item of the only output.
 */
export async function expectFailure(
	use: DeploymentUse,
	options: FailingCall,
	{ message, description, details }: ExpectedFailure,
): Promise<void> {
	const input = [{ order: 7 }];
	const { credential = use.credential, parameters, prepare = async () => {} } = options;
	const text = typeof message === 'string' ? message : expect.stringMatching(message);
	const expectedDetails = {
		operation: parameters.operation,
		requestId: expect.any(String),
		reason: expect.any(String),
		...details,
	};
	const hint = expect.stringMatching(description);
	const expectedJson = { error: text, details: { ...withoutUndefined(expectedDetails), hint } };

	await prepare();
	const stopped = await use.run({ credential, parameters, input });
	expect(stopped.stoppedBy).toMatchObject({
		message: text,
		description: expect.stringMatching(description),
		context: { itemIndex: 0 },
	});
	expect(stopped.success).toEqual([]);

	await prepare();
	const branched = await use.run({
		credential,
		parameters,
		input,
		settings: { onError: 'continueErrorOutput' },
	});
	expect(branched.stoppedBy).toBeUndefined();
	expect(branched.success).toEqual([]);
	expect(branched.error.map((item) => item.json)).toEqual([{ order: 7, ...expectedJson }]);

	await prepare();
	const continued = await use.run({
		credential,
		parameters,
		input,
		settings: { onError: 'continueRegularOutput' },
	});
	expect(continued.success).toEqual([{ json: expectedJson, pairedItem: { item: 0 } }]);
}

function withoutUndefined(details: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
