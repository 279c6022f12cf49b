/** The part of the package's interface that log lines need; it brings no types. */
declare module 'object-inspect' {
	export default function inspect(
		value: unknown,
		options: { maxStringLength: number; indent: number; customInspect: boolean },
	): string;
}
