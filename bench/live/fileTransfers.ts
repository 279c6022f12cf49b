import { startDeployment } from '../../emulator/client';
import { runProgram } from '../../test/support/runProgram';

export interface FileTransferResult {
	bytes: number;
	/** Of the upload and the download. */
	wallTimeMs: number;
	/** Highest resident memory of the process, over that before. */
	additionalBytes: number;
}

/** Has a node upload a large file and another one download it again, in a process of their own. */
export async function measureFileTransfer(): Promise<FileTransferResult> {
	const deployment = await startDeployment();
	try {
		const { size, sha256, kept, wallTimeMs, additionalBytes } = await runProgram(
			'fileTransfer',
			deployment,
		);
		if (kept !== sha256) throw new Error('the file that came back is not the one that was sent');
		return { bytes: size, wallTimeMs, additionalBytes };
	} finally {
		await deployment.stop();
	}
}
