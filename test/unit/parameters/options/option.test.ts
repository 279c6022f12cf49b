import { booleanField } from '../../../../nodes/Convex/parameters/field';
import {
	option,
	optionReader,
	optionsForm,
	runOption,
	type Place,
} from '../../../../nodes/Convex/parameters/options/option';
import { optionsDescription } from '../../../../nodes/Convex/parameters/options';
import { expectRefusal } from '../../refusal';

const light = (...appliesTo: Place[]) =>
	option(appliesTo, booleanField({ displayName: 'Light', name: 'light', default: false }));

const formOf = (...args: Parameters<typeof optionsForm>) => optionsForm(...args).options;

describe('the form of options', () => {
	it('has an option that applies to all its places, without a condition', () => {
		expect(formOf([light('query', 'run', 'trigger')], ['query', 'run'])).toEqual([
			{ displayName: 'Light', name: 'light', type: 'boolean', default: false },
		]);
	});

	it('shows an option that applies to some of its places for those operations', () => {
		expect(formOf([light('run', 'trigger')], ['query', 'run'])).toMatchObject([
			{ name: 'light', displayOptions: { show: { '/operation': ['run'] } } },
		]);
	});

	it('has no option that applies to none of its places', () => {
		expect(formOf([light('trigger')], ['query', 'run'])).toEqual([]);
	});

	it('takes no expression for an option that counts for all items', () => {
		expect(formOf([runOption(['query'], light('query'))], ['query'])).toMatchObject([
			{ name: 'light', noDataExpression: true },
		]);
	});

	it.each<Place>(['query', 'mutation', 'action', 'run', 'trigger'])(
		'is in alphabetical order and has each option once, for %s',
		(place) => {
			const shown = (optionsDescription([place]).options ?? []).map((each) =>
				'displayName' in each ? each.displayName : each.name,
			);
			expect(shown).toEqual([...new Set(shown)].sort((a, b) => a.localeCompare(b, 'en')));
		},
	);
});

describe('an option', () => {
	it('is what is set, also when that is nothing', () => {
		expect(optionReader<Place>('query', { light: true })(light('query'))).toBe(true);
		expectRefusal(
			() => optionReader<Place>('query', { light: null })(light('query')),
			"The option 'Light' is neither true nor false",
			/./,
		);
	});

	it('holds as not set where it does not apply, whatever is stored', () => {
		expect(optionReader<Place>('run', { light: 'bright' })(light('query'))).toBe(false);
	});
});
