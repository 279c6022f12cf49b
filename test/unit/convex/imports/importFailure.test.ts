import { failedImport } from '../../../../nodes/Convex/convex/imports/importFailure';

const rows = { table: 'tasks', rows: 3, bytes: 100 } as const;

const failed = (message: string, written = 0) =>
	({ state: 'failed', message, written, toWrite: 3, toDelete: 0 }) as const;

const toldOf = (mode: 'append' | 'replace', message: string, written = 0, isConfirmed = true) => {
	const { details } = failedImport({ ...rows, mode }, failed(message, written), isConfirmed);
	return [details.outcome, details.rowsWritten];
};

it.each([
	'Import canceled',
	'Hit an error while importing:\nImport took too long. Try again or contact Convex.',
	"Your request couldn't be completed. Try again later.",
])('rows that Convex was adding when it ended may be there: %j', (message) => {
	expect(toldOf('append', message)).toEqual(['unknown', 0]);
	expect(toldOf('append', message, 2)).toEqual(['unknown', 2]);
	expect(toldOf('append', message, 0, false)).toEqual(['failed', 0]);
	expect(toldOf('replace', message, 2)).toEqual(['failed', 0]);
});

it('rows that end an import by themselves are not there, where all are one transaction', () => {
	const message = "Hit an error while importing:\nRow 2 wasn't a valid Convex value: no";
	expect(toldOf('append', message)).toEqual(['failed', 0]);
	expect(toldOf('append', message, 1)).toEqual(['unknown', 1]);
	const many = failedImport({ ...rows, rows: 9_000, mode: 'append' }, failed(message), true);
	expect(many.details.outcome).toBe('unknown');
});

it('a reason that quotes a whole document is shown by its beginning', () => {
	const message = `Hit an error while importing: Failed to insert: ${'x'.repeat(400_000)}`;
	const failure = failedImport({ ...rows, mode: 'append' }, failed(message), true);
	expect(failure.message).toContain('Failed to insert: xxx');
	expect(failure.message.length).toBeLessThan(3_000);
});
