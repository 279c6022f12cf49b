import { startDeployment, type StartedDeployment } from '../../emulator/client';
import { runProgram } from '../support/runProgram';

let deployment: StartedDeployment;

beforeAll(async () => {
	deployment = await startDeployment();
});

afterAll(async () => await deployment.stop());

const MEBIBYTE = 2 ** 20;
const MAX_ADDITIONAL_BYTES = 64 * MEBIBYTE;

it('a file of 100 MiB goes to Convex and back in less than 64 MiB of additional memory', async () => {
	const result = await runProgram('fileTransfer', deployment);
	expect(result).toMatchObject({ size: 100 * MEBIBYTE, kept: result.sha256 });
	expect(result.additionalBytes).toBeLessThan(MAX_ADDITIONAL_BYTES);
});
