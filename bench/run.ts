/* eslint-disable no-console -- a command-line program */
import { ensureN8n } from '../test/e2e/n8nInstallation';
import { LIVE_PROGRAMS, reportLive } from './live';
import { circumstances } from './report/circumstances';
import { writeReadme } from './report/readme';
import { readSettings } from './settings';
import { buildStage } from './stage';
import { reportThroughput, THROUGHPUT_PROGRAMS } from './throughput';

/** `npm run bench`: measures what was chosen, row by row, and prints the tables. Nothing depends on the times. */
async function main(): Promise<void> {
	const settings = readSettings();
	const heading = circumstances('npm run bench', settings.variables);
	const stage = await buildStage(await ensureN8n(), { ...THROUGHPUT_PROGRAMS, ...LIVE_PROGRAMS });
	const publish = async (section: string, report: string) => {
		const text = `${heading}\n\n${report}`;
		console.log(`\n${text}`);
		if (settings.write) await writeReadme(section, text);
	};
	try {
		if (settings.groups.length > 0) {
			await publish('results', await reportThroughput(stage, settings));
		}
		if (settings.mutations !== undefined || settings.triggers.length > 0) {
			await publish('live results', await reportLive(stage, settings));
		}
	} finally {
		stage.remove();
	}
}

void main();
