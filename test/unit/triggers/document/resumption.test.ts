import {
	followingFrom,
	fromBeginning,
	readAgain,
	type FeedPosition,
} from '../../../../nodes/Convex/convex/feed/feedPosition';
import type { FeedSettings } from '../../../../nodes/Convex/parameters/feed';
import type { KeptFeed } from '../../../../nodes/Convex/triggers/document/positionStore';
import { resumption } from '../../../../nodes/Convex/triggers/document/resumption';

const DEPLOYMENT = 'https://a.convex.cloud';

const following = followingFrom('c', '10');

const kept = (position: FeedPosition, more: Partial<KeptFeed> = {}): KeptFeed => ({
	deployment: DEPLOYMENT,
	startFrom: 'now',
	component: '',
	tables: ['a'],
	position,
	...more,
});

const settings = (more: Partial<FeedSettings> = {}): FeedSettings => ({
	tables: ['a'],
	excludedFields: [],
	events: ['written'],
	startFrom: 'now',
	componentPath: undefined,
	maxItems: 10,
	...more,
});

it('begins as the settings say without anything kept', () => {
	expect(resumption(undefined, settings(), DEPLOYMENT)).toEqual({ kind: 'start' });
});

it('goes on where it stands', () => {
	const resumed = { kind: 'resume', position: following };
	expect(resumption(kept(following), settings(), DEPLOYMENT)).toEqual(resumed);
	expect(resumption(kept(following, { tables: ['a', 'b'] }), settings(), DEPLOYMENT)).toEqual(
		resumed,
	);
});

it('takes in a new table from the same time', () => {
	const { kind, ...more } = resumption(
		kept(following),
		settings({ tables: ['a', 'b'] }),
		DEPLOYMENT,
	);
	expect(kind).toBe('extend');
	expect(more).toMatchObject({ since: '10', position: { phase: 'snapshot', awaited: ['b'] } });
});

it('takes in a new table in the middle of reading others', () => {
	const reading = readAgain(['a'], '10');
	expect(resumption(kept(reading), settings({ tables: ['a', 'b'] }), DEPLOYMENT)).toMatchObject({
		kind: 'resume',
		position: { awaited: ['a', 'b'], since: '10' },
	});
});

it('takes in a new table with all its rows where the beginning is wanted', () => {
	const before = kept(following, { startFrom: 'beginning' });
	const wanted = settings({ tables: ['a', 'b'], startFrom: 'beginning' });
	expect(resumption(before, wanted, DEPLOYMENT)).toMatchObject({
		kind: 'resume',
		position: { phase: 'snapshot', cursor: 'c', since: '10', awaited: [], whole: ['b'] },
	});
});

it('counts of a table that comes back what is wanted of it now', () => {
	const reading = readAgain(['a', 'b'], '10');
	const ofBeginning = kept(reading, { startFrom: 'beginning' });
	const both = { tables: ['a', 'b'] };
	expect(
		resumption(ofBeginning, settings({ ...both, startFrom: 'beginning' }), DEPLOYMENT),
	).toMatchObject({ position: { awaited: ['a'], whole: ['b'] } });
	const sending = kept(readAgain(['a'], '10', ['b']));
	expect(resumption(sending, settings(both), DEPLOYMENT)).toMatchObject({
		position: { awaited: ['a', 'b'], whole: [] },
	});
});

it('takes in a new table by the cursor alone where the deployment may be another one', () => {
	const other = 'https://b.convex.cloud';
	expect(resumption(kept(following), settings({ tables: ['a', 'b'] }), other)).toMatchObject({
		kind: 'resume',
		position: { cursor: 'c', since: '10', awaited: ['b'] },
	});
});

it('takes the tables of another component for new ones', () => {
	expect(
		resumption(kept(following), settings({ componentPath: 'tally' }), DEPLOYMENT),
	).toMatchObject({
		kind: 'extend',
		position: { awaited: ['a'] },
	});
});

it('begins anew when the beginning is wanted after now', () => {
	expect(resumption(kept(following), settings({ startFrom: 'beginning' }), DEPLOYMENT)).toEqual({
		kind: 'start',
	});
});

it('skips what is left when now is wanted before everything was sent', () => {
	const before = kept(fromBeginning(['a']), { startFrom: 'beginning' });
	expect(resumption(before, settings(), DEPLOYMENT)).toEqual({ kind: 'start' });
});

it('goes on where it stands when now is wanted after everything was sent', () => {
	const before = kept(following, { startFrom: 'beginning' });
	expect(resumption(before, settings(), DEPLOYMENT)).toEqual({
		kind: 'resume',
		position: following,
	});
});
