import type { IExecuteFunctions } from 'n8n-workflow';
import { isFunctionNotFound } from '../../convex/functionFailure';
import { formatFunctionPath } from '../../convex/functionPath';
import type { FunctionSignature } from '../../convex/functionSpec';
import type { ConvexFailure } from '../../convex/failure';
import type { Deployment } from '../../transport/deployment';
import {
	nearestName,
	readSignature,
	suggesting,
	type FunctionTarget,
} from '../../transport/functionSignature';
import { toFailure } from '../../transport/nodeError';
import type { Retries } from '../../transport/retries';

type SignatureResult =
	| { status: 'success'; signature: FunctionSignature }
	| { status: 'failure'; failure: ConvexFailure };

/** What the deployments say of the functions of a run, asked once for each of them. */
export class KnownFunctions {
	private readonly signatures = new Map<string, Promise<SignatureResult>>();

	private readonly suggestions = new Map<string, Promise<string | undefined>>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly retriesFor: (deployment: Deployment) => Retries,
	) {}

	/** @throws ConvexFailure (`input`) when the function is gone or has another type */
	async signature(deployment: Deployment, target: FunctionTarget): Promise<FunctionSignature> {
		const key = keyOf(deployment, target);
		const asked = this.signatures.get(key) ?? this.read(deployment, target);
		this.signatures.set(key, asked);
		const result = await asked;
		if (result.status === 'success') return result.signature;
		this.signatures.delete(key);
		throw result.failure;
	}

	/** Adds the name that was probably meant to the failure of a function that was not found. */
	async suggesting(
		deployment: Deployment,
		target: FunctionTarget,
		failure: ConvexFailure,
	): Promise<ConvexFailure> {
		if (!isFunctionNotFound(failure)) return failure;
		const key = keyOf(deployment, target);
		const asked = this.suggestions.get(key) ?? nearestName(this.context, deployment, target);
		this.suggestions.set(key, asked);
		return suggesting(await asked, failure);
	}

	private async read(deployment: Deployment, target: FunctionTarget): Promise<SignatureResult> {
		return await this.retriesFor(deployment).run(async () => {
			try {
				const signature = await readSignature(this.context, deployment, target);
				return { status: 'success', signature } as const;
			} catch (thrown) {
				return { status: 'failure', failure: toFailure(thrown) } as const;
			}
		});
	}
}

function keyOf(
	{ credential: { deploymentUrl, authorization } }: Deployment,
	{ operation, functionPath, componentPath }: FunctionTarget,
): string {
	const path = formatFunctionPath(functionPath);
	return JSON.stringify([deploymentUrl, authorization, operation, componentPath, path]);
}
