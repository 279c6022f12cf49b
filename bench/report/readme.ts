/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const README = join(__dirname, '..', 'README.md');
const START = '<!-- results -->';
const END = '<!-- end of results -->';

/** Puts the report in the place of the one before, between the two markers. */
export async function writeReadme(report: string): Promise<void> {
	const text = readFileSync(README, 'utf8');
	const start = text.indexOf(START);
	const end = text.indexOf(END);
	if (start < 0 || end < start) throw new Error(`bench/README.md lacks ${START} and ${END}`);
	const updated = `${text.slice(0, start)}${START}\n\n${report}\n\n${text.slice(end)}`;
	const style = await resolveConfig(README);
	writeFileSync(README, await format(updated, { ...style, filepath: README }));
}
