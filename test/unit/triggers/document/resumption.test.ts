import {
	followingFrom,
	fromBeginning,
	readAgain,
	type FeedPosition,
} from '../../../../nodes/Convex/convex/feed/feedPosition';
import type { FeedSettings } from '../../../../nodes/Convex/parameters/feed';
import type { KeptFeed } from '../../../../nodes/Convex/triggers/document/positionStore';
import { resumption } from '../../../../nodes/Convex/triggers/document/resumption';

const following = followingFrom('c', '10');

const kept = (position: FeedPosition, more: Partial<KeptFeed> = {}): KeptFeed => ({
	deployment: 'https://a.convex.cloud',
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
	expect(resumption(undefined, settings())).toEqual({ kind: 'start' });
});

it('goes on where it stands', () => {
	const resumed = { kind: 'resume', position: following };
	expect(resumption(kept(following), settings())).toEqual(resumed);
	expect(resumption(kept(following, { tables: ['a', 'b'] }), settings())).toEqual(resumed);
});

it('takes in a new table from the same time', () => {
	const { kind, ...more } = resumption(kept(following), settings({ tables: ['a', 'b'] }));
	expect(kind).toBe('extend');
	expect(more).toMatchObject({ since: '10', position: { phase: 'snapshot', awaited: ['b'] } });
});

it('takes in a new table in the middle of reading others', () => {
	const reading = readAgain(['a'], '10');
	expect(resumption(kept(reading), settings({ tables: ['a', 'b'] }))).toMatchObject({
		kind: 'resume',
		position: { awaited: ['a', 'b'], since: '10' },
	});
});

it('leaves a new table to Convex, which sends it from the beginning, where that is wanted', () => {
	const before = kept(following, { startFrom: 'beginning' });
	const wanted = settings({ tables: ['a', 'b'], startFrom: 'beginning' });
	expect(resumption(before, wanted)).toEqual({ kind: 'resume', position: following });
});

it('takes the tables of another component for new ones', () => {
	expect(resumption(kept(following), settings({ componentPath: 'tally' }))).toMatchObject({
		kind: 'extend',
		position: { awaited: ['a'] },
	});
});

it('begins anew when the beginning is wanted after now', () => {
	expect(resumption(kept(following), settings({ startFrom: 'beginning' }))).toEqual({
		kind: 'start',
	});
});

it('skips what is left when now is wanted before everything was sent', () => {
	const before = kept(fromBeginning(['a']), { startFrom: 'beginning' });
	expect(resumption(before, settings())).toEqual({ kind: 'start' });
});

it('goes on where it stands when now is wanted after everything was sent', () => {
	const before = kept(following, { startFrom: 'beginning' });
	expect(resumption(before, settings())).toEqual({ kind: 'resume', position: following });
});
