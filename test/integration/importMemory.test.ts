import { startDeployment, type StartedDeployment } from '../../emulator/client';
import { RUNS_ALL_ROUNDS } from '../support/faultSeed';
import { runProgram } from '../support/runProgram';

let deployment: StartedDeployment;

beforeAll(async () => {
	deployment = await startDeployment();
});

afterAll(async () => await deployment.stop());

const MEBIBYTE = 2 ** 20;
const MAX_ADDITIONAL_BYTES = 200 * MEBIBYTE;

/** An import by key has to keep the keys besides. */
const IMPORTS = RUNS_ALL_ROUNDS
	? { rows: 100_000, modes: ['append', 'replace', 'upsert'] }
	: { rows: 50_000, modes: ['upsert'] };

it.each(IMPORTS.modes)(
	'tens of thousands of rows are imported in less than 200 MiB beside the rows themselves: %s',
	async (mode) => {
		const result = await runProgram('tableImport', deployment, mode, `${IMPORTS.rows}`);
		expect(result).toMatchObject({ imported: IMPORTS.rows });
		expect(result.additionalBytes).toBeLessThan(MAX_ADDITIONAL_BYTES);
	},
);
