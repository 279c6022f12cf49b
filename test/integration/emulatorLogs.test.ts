import { useSecondApp } from '../support/secondApp';

/** The log lines that come with an answer, as Convex writes them. */
const convex = useSecondApp();

const linesOf = async (type: string, path: string, args: object = {}): Promise<string[]> =>
	(await convex.call(type, path, args)).logLines;

it('shows values of every kind, objects indented, and half of a character as the sign for none', async () => {
	expect(await linesOf('query', 'logs:values')).toEqual([
		"[LOG] 'text' 42 7n null undefined {\n  nested: {\n    list: [ 1, 'two' ]\n  }\n} Map (1) {\n  'a' => 1\n}",
		"[LOG] 'half \ufffd of a character'",
	]);
});

it('has 255 lines of a function, and then one that says that the others are omitted', async () => {
	expect(await linesOf('query', 'logs:many', { lines: 255 })).toHaveLength(255);
	const lines = await linesOf('query', 'logs:many', { lines: 300 });
	expect(lines).toHaveLength(256);
	expect(lines.slice(-2)).toEqual([
		'[INFO] 255',
		'[ERROR] Log overflow (maximum 256). Remaining log lines omitted.',
	]);
});

it('cuts a line at 32,768 bytes, between characters', async () => {
	const [line = ''] = await linesOf('query', 'logs:long');
	const text = line.replace(/^\[LOG\] (.*) \(truncated due to length\)$/, '$1');
	expect(text).not.toBe(line);
	expect(text).toMatch(/^'é+$/);
	expect(Buffer.byteLength(text)).toBe(32_767);
});

it('has timers and traces', async () => {
	expect(await linesOf('query', 'logs:timers')).toEqual([
		"[WARN] Timer 'default' already exists",
		expect.stringMatching(/^\[INFO\] default: \d+ms 'halfway'$/),
		expect.stringMatching(/^\[INFO\] default: \d+ms$/),
		"[WARN] Timer 'other' does not exist",
		"[LOG] 'here' \n    at <anonymous> (../convex/logs.ts:1:1)\n",
	]);
});

it('has the lines of a called function among those of its caller', async () => {
	const lines = await linesOf('action', 'logs:called');
	expect(lines.map((line) => line.slice(0, 9))).toEqual(["[LOG] 'be", "[LOG] 'éé", "[LOG] 'af"]);
});

it('has the lines of a Node action in Node’s form', async () => {
	expect(await linesOf('action', 'inNode:log')).toEqual([
		"[LOG] { nested: { list: [ 1, 'two' ] } }",
		`[WARN] "Timer 'lap' already exists"`,
		expect.stringMatching(/^\[INFO\] 'lap: \d+ms'$/),
	]);
});
