import { convexToJson } from 'convex/values';
import { parseImportState } from '../../../../nodes/Convex/convex/imports/importState';

const checkpoints = [
	{
		total_num_rows_to_write: convexToJson(3n),
		num_rows_written: convexToJson(2n),
		existing_rows_to_delete: convexToJson(5n),
	},
];

const counts = { toWrite: 3, written: 2, toDelete: 5 };

it.each([
	[{ state: 'uploaded' }, { state: 'parsing', ...counts }],
	[{ state: 'waiting_for_confirmation' }, { state: 'unconfirmed', ...counts }],
	[
		{ state: 'in_progress', progress_message: 'Importing', checkpoint_messages: [] },
		{ state: 'importing', message: 'Importing', ...counts },
	],
	[
		{ state: 'completed', num_rows_written: convexToJson(3n) },
		{ state: 'completed', ...counts, written: 3 },
	],
	[
		{ state: 'failed', error_message: 'no' },
		{ state: 'failed', message: 'no', ...counts },
	],
])('an import whose state is %j is read', (state, parsed) => {
	expect(parseImportState({ state, checkpoints })).toEqual(parsed);
});

it.each([[null], ['text'], [{}], [{ state: null }], [{ state: { state: 'new one' } }]])(
	'%j is no import',
	(value) => {
		expect(parseImportState(value)).toBeUndefined();
	},
);

it.each(['', 'x', 'AwAAAAAAAA==', 'AwAAAAAAAAAAAAA=', '!!!!!!!!!!!='])(
	'a count that is none of Convex counts nothing: %j',
	(text) => {
		const state = { state: 'completed', num_rows_written: { $integer: text } };
		const odd = [{ total_num_rows_to_write: { $integer: text } }];
		expect(parseImportState({ state, checkpoints: odd })).toMatchObject({ toWrite: 0, written: 0 });
	},
);

it('an import that is not parsed yet has no counts', () => {
	const state = { state: 'uploaded' };
	const none = { toWrite: 0, written: 0, toDelete: 0 };
	expect(parseImportState({ state, checkpoints: null })).toEqual({ state: 'parsing', ...none });
});
