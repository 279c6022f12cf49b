/** The mutations of a run: each notes a key of its own under the name of the run. */
export const ADD = 'counters:add';
/** The same for a list of keys, with the name beside it. */
export const ADD_MANY = 'counters:addMany';
export const ADDITIONS = 'counters:additions';

export interface Addition {
	name: string;
	key: string;
	[field: string]: string;
}

export function additionsOf(run: number, count: number): Addition[] {
	const name = `run ${run}`;
	return Array.from({ length: count }, (_, index) => ({ name, key: `${name}: ${index}` }));
}
