import { startDeployment, type StartedDeployment } from '../../emulator/client';
import { runProgram } from '../support/runProgram';

let deployment: StartedDeployment;

beforeAll(async () => {
	deployment = await startDeployment();
});

afterAll(async () => await deployment.stop());

const MEBIBYTE = 2 ** 20;
const MAX_ADDITIONAL_BYTES = 200 * MEBIBYTE;

const ROWS = 100_000;

/** An import by key has to keep the keys besides. */
it.each(['append', 'replace', 'upsert'])(
	'a hundred thousand rows are imported in less than 200 MiB beside the rows themselves: %s',
	async (mode) => {
		const result = await runProgram('tableImport', deployment, mode, `${ROWS}`);
		expect(result).toMatchObject({ imported: ROWS });
		expect(result.additionalBytes).toBeLessThan(MAX_ADDITIONAL_BYTES);
	},
);
