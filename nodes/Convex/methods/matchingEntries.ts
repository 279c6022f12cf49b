import type { INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

/** The entries of a list whose name has what is typed into its search. */
export function matching(entries: INodeListSearchItems[], filter?: string): INodeListSearchResult {
	const wanted = (filter ?? '').trim().toLowerCase();
	return { results: entries.filter(({ name }) => name.toLowerCase().includes(wanted)) };
}
