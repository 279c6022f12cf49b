/* eslint-disable no-console -- a command-line program */
import { ensureN8n } from '../test/e2e/n8nInstallation';
import { LIVE_PROGRAMS, measureLive, reportLive } from './live';
import { AIMS_SECTION, aimsTable } from './live/tables';
import { SERVERS } from './plan';
import { circumstances } from './report/circumstances';
import { writeReadme, type Section } from './report/readme';
import { SUMMARY_SECTION, summaryTable } from './report/summary';
import { TARGETS_SECTION, targetsTable } from './report/targets';
import { readSettings } from './settings';
import { buildStage } from './stage';
import { measureThroughput, reportThroughput, THROUGHPUT_PROGRAMS } from './throughput';

/** `npm run bench`: measures what was chosen, row by row, and prints the tables. Nothing depends on the times. */
async function main(): Promise<void> {
	const settings = readSettings();
	const heading = circumstances('npm run bench', settings.variables);
	const stage = await buildStage(await ensureN8n(), { ...THROUGHPUT_PROGRAMS, ...LIVE_PROGRAMS });
	const publish = async (section: Section) => {
		console.log(`\n${section.report}`);
		if (settings.write) await writeReadme(section);
	};
	const publishResults = async (sections: Section[]) => {
		for (const { name, report } of sections) {
			await publish({ name, report: `${heading}\n\n${report}` });
		}
	};
	try {
		if (settings.groups.length > 0) {
			const throughput = await measureThroughput(stage, settings);
			await publishResults(reportThroughput(throughput, settings));
			await publish({ name: TARGETS_SECTION, report: targetsTable(throughput, SERVERS) });
			await publish({ name: SUMMARY_SECTION, report: summaryTable({ throughput }) });
		}
		const live = await measureLive(stage, settings);
		const sections = reportLive(live);
		if (sections.length > 0) {
			await publishResults(sections);
			await publish({ name: AIMS_SECTION, report: aimsTable(live) });
			await publish({ name: SUMMARY_SECTION, report: summaryTable({ live }) });
		}
	} finally {
		stage.remove();
	}
}

void main();
