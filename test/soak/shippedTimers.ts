/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { Session, type Runtime } from 'node:inspector';
import type { INodeType } from 'n8n-workflow';

/** The name in nodes/Convex/transport/timers.ts, which esbuild keeps or appends a number to. */
const VARIABLE = /^waiting\d*$/;

/** Where a value of this process is put for a moment, to get it from Node to the inspector and back. */
const place: { value?: unknown } = {};

/**
 * The timers that wait in a built node: a variable of its bundle, which Node's debugger can see. So
 * what is counted is in the very file that is shipped.
 *
 * @param method one of the node's own functions
 */
export function shippedTimers(method: INodeType['trigger'] | INodeType['execute']): {
	size: number;
} {
	const session = new Session();
	session.connect();
	Reflect.set(globalThis, PLACE, place);
	try {
		const debug = <Answer>(command: string, parameters: object): Answer => {
			let answer: Answer | undefined;
			session.post(command, parameters, (error, result) => {
				if (error !== null) throw new Error(error.message);
				answer = result as Answer;
			});
			if (answer === undefined) throw new Error(`the inspector does not answer ${command}`);
			return answer;
		};
		return findTimers(debug, method);
	} finally {
		Reflect.deleteProperty(globalThis, PLACE);
		session.disconnect();
	}
}

const PLACE = 'soakPlace';

type Debug = <Answer>(command: string, parameters: object) => Answer;

function findTimers(debug: Debug, method: unknown): { size: number } {
	place.value = method;
	const { result } = debug<Runtime.EvaluateReturnType>('Runtime.evaluate', {
		expression: `${PLACE}.value`,
	});
	const { internalProperties = [] } = propertiesOf(debug, result.objectId);
	const scopes = internalProperties.find(({ name }) => name === '[[Scopes]]')?.value?.objectId;
	for (const { value: scope } of propertiesOf(debug, scopes).result) {
		if (scope?.description?.startsWith('Closure') !== true) continue;
		const variables = propertiesOf(debug, scope.objectId).result;
		const found = variables.filter(
			({ name, value }) => VARIABLE.test(name) && value?.subtype === 'map',
		);
		if (found.length !== 1) continue;
		debug('Runtime.callFunctionOn', {
			objectId: found[0]?.value?.objectId,
			functionDeclaration: `function () { ${PLACE}.value = this; }`,
		});
		if (place.value instanceof Map) return place.value;
	}
	throw new Error('the bundle keeps its timers elsewhere: adapt shippedTimers.ts to it');
}

function propertiesOf(debug: Debug, objectId: string | undefined): Runtime.GetPropertiesReturnType {
	return debug('Runtime.getProperties', { objectId, ownProperties: true });
}
