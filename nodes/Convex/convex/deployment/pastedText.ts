/** What people copy along with a value, and no value begins or ends with. */
const WRAPPINGS: Array<(text: string) => string | undefined> = [
	inside(/^\\?(["'`])(?<value>[^"'`]*)\1[,;]?$/),
	inside(/^[“”](?<value>[^“”]*)[“”][,;]?$/),
	inside(/^[‘’](?<value>[^‘’]*)[‘’][,;]?$/),
	// A line of a shell or an .env file. Base64 ends in = and nothing follows it.
	inside(/^(?:export\s+|set\s+)?[A-Za-z_]\w*\s*=\s*(?<value>[^=\s].*)$/s),
	// A line of a JSON file.
	inside(/^(["'])[A-Za-z_][\w-]*\1\s*:\s*(?<value>\S.*)$/s),
	inside(/^authorization\s*:\s*(?<value>\S.*)$/is),
	inside(/^(?<value>.*[^,;])[,;]$/s),
];

/** Nobody wraps a value more often: `export NAME="value",` is three. */
const MAX_WRAPPINGS = 6;

/**
 * A value as it was meant, out of what was pasted: without surrounding blanks, quotation marks, the
 * name of a variable (`CONVEX_DEPLOY_KEY=…`, `export …`) or header, and a comma behind it. Only pairs
 * of quotation marks are taken away.
 */
export function unwrapPasted(input: string): string {
	let text = input.trim();
	for (let count = 0; count < MAX_WRAPPINGS; count++) {
		const value = firstUnwrapped(text);
		if (value === undefined) return text;
		text = value.trim();
	}
	return text;
}

function firstUnwrapped(text: string): string | undefined {
	for (const unwrap of WRAPPINGS) {
		const value = unwrap(text);
		if (value !== undefined) return value;
	}
	return undefined;
}

function inside(wrapped: RegExp): (text: string) => string | undefined {
	return (text) => wrapped.exec(text)?.groups?.value;
}
