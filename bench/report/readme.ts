/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const README = join(__dirname, '..', 'README.md');

/** Puts the report in the place of the one before, between the two markers of this name. */
export async function writeReadme(name: string, report: string): Promise<void> {
	const startMarker = `<!-- ${name} -->`;
	const endMarker = `<!-- end of ${name} -->`;
	const text = readFileSync(README, 'utf8');
	const start = text.indexOf(startMarker);
	const end = text.indexOf(endMarker);
	if (start < 0 || end < start)
		throw new Error(`bench/README.md lacks ${startMarker} and ${endMarker}`);
	const updated = `${text.slice(0, start)}${startMarker}\n\n${report}\n\n${text.slice(end)}`;
	const style = await resolveConfig(README);
	writeFileSync(README, await format(updated, { ...style, filepath: README }));
}
