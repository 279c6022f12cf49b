import type { JSONValue } from 'convex/values';
import { z } from 'zod';

/** A value in Convex's JSON; what is in it is checked where it is used. */
const value = z.custom<JSONValue>();

const common = { field: z.string().optional(), enabled: z.boolean().optional() };

const comparison = z.object({
	...common,
	op: z.enum(['eq', 'neq', 'gte', 'lte', 'gt', 'lt']),
	value: value.optional(),
});

const typeFilter = z.object({
	...common,
	op: z.enum(['type', 'notype']),
	value: z
		.enum([
			'string',
			'boolean',
			'number',
			'bigint',
			'null',
			'id',
			'array',
			'object',
			'bytes',
			'unset',
		])
		.optional(),
});

const choice = z.object({
	...common,
	op: z.enum(['anyOf', 'noneOf']),
	value: z.array(value).optional(),
});

const clause = z.union([comparison, typeFilter, choice]);

const searchClause = z.object({
	field: z.string(),
	enabled: z.boolean(),
	value: value.optional(),
});

const indexClause = z.discriminatedUnion('type', [
	z.object({ type: z.literal('indexEq'), enabled: z.boolean(), value: value.optional() }),
	z.object({
		type: z.literal('indexRange'),
		enabled: z.boolean(),
		lowerOp: z.enum(['gte', 'gt']).optional(),
		lowerValue: value.optional(),
		upperOp: z.enum(['lte', 'lt']).optional(),
		upperValue: value.optional(),
	}),
]);

const searchChoice = z.object({
	name: z.string(),
	search: z.string(),
	clauses: z.array(searchClause),
});

const indexChoice = z.object({ name: z.string(), clauses: z.array(indexClause) });

const filterExpression = z.object({
	op: z.literal('and').optional(),
	clauses: z.array(clause),
	order: z.enum(['asc', 'desc']).optional(),
	index: z.union([searchChoice, indexChoice]).optional(),
});

export type FilterExpression = z.infer<typeof filterExpression>;
export type ValueClause = z.infer<typeof comparison> | z.infer<typeof choice>;
export type TypeClause = z.infer<typeof typeFilter>;
export type SearchChoice = z.infer<typeof searchChoice>;
export type IndexChoice = z.infer<typeof indexChoice>;

/** A row in the place of a document: what is wrong, and with which clause; -1 is the index. */
export interface FilterError {
	error: string;
	filter: number;
}

/**
 * Reads `filters` as it travels: base64 of JSON (system-udfs/convex/_system/frontend/lib/filters.ts).
 *
 * @throws Error for what is no filter expression
 */
export function parseFilters(filters: string | null): FilterExpression | undefined {
	if (filters === null || filters === '') return undefined;
	return filterExpression.parse(JSON.parse(Buffer.from(filters, 'base64').toString('utf8')));
}

/** Whether a clause is about the type of a field: those run after the page was read. */
export function isTypeClause(one: ValueClause | TypeClause): one is TypeClause {
	return one.op === 'type' || one.op === 'notype';
}
