/* eslint-disable no-console -- a command-line program */
import { ensureN8n } from '../test/e2e/n8nInstallation';
import { LIVE_PROGRAMS, measureLive, reportLive } from './live';
import { circumstances } from './report/circumstances';
import { writeReadme } from './report/readme';
import { summaryTable } from './report/summary';
import { readSettings } from './settings';
import { buildStage } from './stage';
import { measureThroughput, reportThroughput, THROUGHPUT_PROGRAMS } from './throughput';

/** `npm run bench`: measures what was chosen, row by row, and prints the tables. Nothing depends on the times. */
async function main(): Promise<void> {
	const settings = readSettings();
	const heading = circumstances('npm run bench', settings.variables);
	const stage = await buildStage(await ensureN8n(), { ...THROUGHPUT_PROGRAMS, ...LIVE_PROGRAMS });
	const publish = async (section: string, report: string) => {
		console.log(`\n${report}`);
		if (settings.write) await writeReadme(section, report);
	};
	try {
		if (settings.groups.length > 0) {
			const results = await measureThroughput(stage, settings);
			await publish('results', `${heading}\n\n${reportThroughput(results, settings)}`);
			await publish('summary', summaryTable({ throughput: results }));
		}
		if (settings.mutations !== undefined || settings.triggers.length > 0) {
			const live = await measureLive(stage, settings);
			await publish('live results', `${heading}\n\n${reportLive(live, settings)}`);
			await publish('summary', summaryTable({ live }));
		}
	} finally {
		stage.remove();
	}
}

void main();
