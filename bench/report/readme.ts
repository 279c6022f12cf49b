/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const README = join(__dirname, '..', 'README.md');

/** A part of bench/README.md, between two markers of its name. */
export interface Section {
	name: string;
	report: string;
}

/** The raw results of a part of the benchmark, by its name for BENCH_ONLY. */
export function resultsSection(part: string, report: string): Section {
	return { name: `results of ${part}`, report };
}

/** Puts the report in the place of the one before, between the two markers of its name. */
export async function writeReadme({ name, report }: Section): Promise<void> {
	const { before, after } = sectionOf(name);
	const updated = `${before}\n\n${report}\n\n${after}`;
	const style = await resolveConfig(README);
	writeFileSync(README, await format(updated, { ...style, filepath: README }));
}

/** The report that stands there. */
export function readReadme(name: string): string {
	return sectionOf(name).report;
}

function sectionOf(name: string): { before: string; report: string; after: string } {
	const startMarker = `<!-- ${name} -->`;
	const endMarker = `<!-- end of ${name} -->`;
	const text = readFileSync(README, 'utf8');
	const start = text.indexOf(startMarker) + startMarker.length;
	const end = text.indexOf(endMarker);
	if (start < startMarker.length || end < start) {
		throw new Error(`bench/README.md lacks ${startMarker} and ${endMarker}`);
	}
	return { before: text.slice(0, start), report: text.slice(start, end), after: text.slice(end) };
}
