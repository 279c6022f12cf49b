import { functionFailure } from '../../../../nodes/Convex/convex/failures/functionFailure';

const helpFor = (text: string) =>
	functionFailure({
		operation: 'query',
		errorMessage: `ArgumentValidationError: ${text}`,
		errorData: undefined,
		logLines: [],
	}).description;

const MISSING = (name: string) =>
	`Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.\n\nObject: {}\nValidator: v.object({${name}: v.string()})`;
const EXTRA = (name: string, value: string | number = 1) =>
	`Object contains extra field \`${name}\` that is not in the validator.\n\nObject: {${name}: ${JSON.stringify(value)}}\nValidator: v.object({})`;
const REFUSED = (value: string, validator: string) =>
	`Value does not match validator.\nPath: .count\nValue: ${value}\nValidator: ${validator}`;

describe('the advice for arguments that a function refuses', () => {
	it.each([
		['a missing argument', MISSING('title'), /^Give 'title' in 'Arguments'\./],
		['an argument too many', EXTRA('title'), /^Leave 'title' out of 'Arguments'\..*'Only'/],
		['a page that is not asked for', MISSING('paginationOpts'), /switch on 'Pagination'/],
		['a page of what has none', EXTRA('paginationOpts'), /switch off 'Pagination'/],
		[
			'digits as text for a number',
			REFUSED('"5"', 'v.float64()'),
			/^Digits in quotes are text.* leave the quotes out, choose the type 'Number'/,
		],
		['digits as text for an int64', REFUSED('"-5"', 'v.int64()'), /'Int64'/],
		['other text for a number', REFUSED('"five"', 'v.float64()'), /Compare 'Arguments' with it/],
		[
			'what quotes such a refusal',
			EXTRA('log', MISSING('title')),
			/^Leave 'log' out of 'Arguments'/,
		],
		[
			'what is one',
			`\`${MISSING('title')}\` does not match literal validator`,
			/Compare 'Arguments'/,
		],
		['anything else', 'Value is odd', /Compare 'Arguments' with it/],
	])('fits %s', (_what, text, advice) => {
		expect(helpFor(text)).toMatch(advice);
	});
});
