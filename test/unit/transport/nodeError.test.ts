import { toFailure } from '../../../nodes/Convex/transport/nodeError';

it('a value that contains itself is named plainly', () => {
	const circular: { self?: unknown } = {};
	circular.self = circular;
	const depth = (value: unknown): number =>
		typeof value === 'object' && value !== null && 'self' in value ? 1 + depth(value.self) : 0;
	let thrown: unknown;
	try {
		depth(circular);
	} catch (error) {
		thrown = error;
	}
	const failure = toFailure(thrown);
	expect(failure.message).toBe('A value contains itself, or is nested too deeply to be read');
	expect(failure.details).toMatchObject({ kind: 'input', outcome: 'notExecuted' });
});
