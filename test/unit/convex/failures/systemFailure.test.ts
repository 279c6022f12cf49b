import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';
import { systemFailure } from '../../../../nodes/Convex/convex/failures/systemFailure';
import { SYSTEM_FUNCTIONS } from '../../../../nodes/Convex/convex/functions/systemFunctions';

const PREFIX = '[Request ID: abc] Server Error';
const REFUSAL = 'You do not have permission to perform this operation';

const thrown = (text: string) =>
	functionFailure({
		operation: 'query',
		errorMessage: `${PREFIX}\n${text}`,
		errorData: undefined,
		logLines: [],
	});

it("a refusal that a function of Convex's own throws is one of the key, and nothing ran", () => {
	const failure = thrown(
		`Uncaught Error: ${REFUSAL} (deployment:data:view).\n    at requireOperation (../../convex/_system/server.ts:83:2)\n`,
	);
	expect(systemFailure(failure, SYSTEM_FUNCTIONS.listTables)).toMatchObject({
		message: `${REFUSAL} (deployment:data:view).`,
		description: "Use a deploy key that has the permission 'deployment:data:view'.",
		reason: 'permissionNeeded',
		details: { kind: 'deployment', outcome: 'notExecuted', requestId: 'abc' },
	});
	const unnamed = systemFailure(thrown(`Uncaught Error: ${REFUSAL}`), SYSTEM_FUNCTIONS.listTables);
	expect(unnamed.description).toMatch(/^Use a deploy key that has the permission for/);
});

it("the same text is an app's own where a function of the app throws it", () => {
	expect(thrown(`Uncaught Error: ${REFUSAL}`)).toMatchObject({
		reason: 'thrown',
		details: { kind: 'function', outcome: 'failed' },
	});
});

it('what else such a function throws stays what it is', () => {
	const failure = thrown(`Uncaught Error: Nobody said: ${REFUSAL}`);
	expect(systemFailure(failure, SYSTEM_FUNCTIONS.listTables)).toBe(failure);
});

it.each([
	['listTables', /'deployment:data:view'; .*limits\)\.$/],
	['addDocuments', /'deployment:data:write'; .* Nothing of it was written\.$/],
	['readImport', /'deployment:backups:view'; /],
] as const)('a hidden failure of %s names the permission that it takes', (name, expected) => {
	const hidden = systemFailure(thrown(''), SYSTEM_FUNCTIONS[name]);
	expect(hidden).toMatchObject({ message: 'Server Error', reason: 'hidden' });
	expect(hidden.description).toMatch(expected);
});
