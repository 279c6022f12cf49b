import type { JSONValue } from 'convex/values';
import { withoutEmptyNames } from '../values/names';
import { durationInWords } from '../values/duration';
import { ConvexFailure, inputFailure } from '../failure';
import { describeType, isPlainObject } from '../values/plainObject';
import { listed, quote } from '../values/quote';

/**
 * The hidden index by which an import by key finds documents; a table has one at most (convex-backend
 * crates/model/src/airbyte_import/mod.rs).
 */
const KEY_INDEX = '_by_airbyte_primary_key';

export interface KeyIndex {
	/** Without the time, by which every index ends. */
	fields: string[];
	isReady: boolean;
}

/**
 * Finds the key index among the indexes of a table, as `frontend/indexes` lists them.
 *
 * @param isNew whether the table may not be there yet
 * @returns undefined where the table has none
 * @throws ConvexFailure for anything but such a list: an index that is overlooked would be dropped
 */
export function parseKeyIndex(indexes: JSONValue, isNew: boolean): KeyIndex | undefined {
	if (isNew && indexes === null) return undefined;
	if (!Array.isArray(indexes)) throw unreadable(describeType(indexes));
	const list: unknown[] = indexes;
	const named = list.filter(isPlainObject).filter(({ name }) => typeof name === 'string');
	if (named.length < list.length) throw unreadable('a list with something else in it');
	const index = named.find(({ name }) => name === KEY_INDEX);
	if (index === undefined) return undefined;
	const fields = Array.isArray(index.fields) ? index.fields : [];
	const backfill = isPlainObject(index.backfill) ? index.backfill : {};
	return {
		fields: fields.filter(
			(field): field is string => typeof field === 'string' && field !== '_creationTime',
		),
		isReady: backfill.state === 'done',
	};
}

function unreadable(what: string): ConvexFailure {
	return new ConvexFailure(
		`The indexes of the table could not be read: the answer is ${what}`,
		'This version of Convex lists them in another way. Import by a mutation of your own.',
		{ kind: 'deployment', retryable: false, outcome: 'notExecuted' },
	);
}

/**
 * Whether an index finds documents by these fields: they are its first ones, in any order
 * (convex-backend crates/common/src/query.rs `IndexRange::compile`).
 */
export function servesKey({ fields }: KeyIndex, keyFields: readonly string[]): boolean {
	const first = new Set(fields.slice(0, keyFields.length));
	return keyFields.every((field) => first.has(field));
}

/** As `PrimaryKey` takes them: crates/convex/sync_types/src/identifier.rs. */
const MAX_NAME_LENGTH = 64;
const FIELD_NAME = /^[A-Za-z]\w*$/;

const NAMES_ADVICE = 'Use text with commas, or an expression that gives a list of texts.';

/**
 * The fields by which rows are matched.
 *
 * @param names as they were given: a text with commas, or a list
 * @param areComputed whether an expression gave them
 * @throws ConvexFailure (`input`) for none, or for one by which Convex matches nothing
 */
export function parseKeyFields(names: unknown, areComputed: boolean): string[] {
	const fields = withoutEmptyNames("'Key Fields'", namesIn(names ?? []), areComputed);
	if (fields.length === 0) {
		throw inputFailure(
			"'Key Fields' is empty",
			'Name the field, or the fields, by which a row finds its document, e.g. email.',
		);
	}
	const wrong = fields.find((name) => !FIELD_NAME.test(name) || name.length > MAX_NAME_LENGTH);
	if (wrong !== undefined) throw notAKey(wrong);
	const repeated = fields.find((name, index) => fields.indexOf(name) !== index);
	if (repeated === undefined) return fields;
	throw inputFailure(`'Key Fields' names ${quote(repeated)} twice`, 'Name each field once.');
}

function namesIn(names: unknown): string[] {
	if (typeof names === 'string') return names.split(',').map(toName);
	if (Array.isArray(names)) return names.map(toName);
	throw inputFailure(`'Key Fields' is ${describeType(names)}, not names`, NAMES_ADVICE);
}

/** A name that was passed over would match rows by other fields than were meant. */
function toName(name: unknown): string {
	if (typeof name === 'string') return name.trim();
	throw inputFailure(
		`'Key Fields' has an entry that is ${describeType(name)}, not a name`,
		NAMES_ADVICE,
	);
}

function notAKey(name: string): ConvexFailure {
	return inputFailure(
		`'Key Fields' names ${quote(name)}, by which Convex cannot match rows`,
		'A key field is a field of the document itself whose name starts with a letter and has only letters, digits and underscores. By _id, use the operation Update.',
	);
}

/** Convex goes on building an index that nobody waits for. */
export function keyIndexNotReady(table: string, timeLimitMs: number): ConvexFailure {
	return new ConvexFailure(
		`Convex did not build the key index of ${quote(table)} within ${durationInWords(timeLimitMs)}, so that the rows were not written`,
		"Convex goes on building it: import the rows again later, or raise 'Time Limit' in the node's options.",
		{ kind: 'deployment', retryable: true, outcome: 'notExecuted' },
		'timedOut',
	);
}

/** Two imports at once, each of which wants an index of its own, would wait for each other for ever. */
export function keyIndexReplaced(
	table: string,
	{ fields }: KeyIndex,
	keyFields: string[],
): ConvexFailure {
	return inputFailure(
		`The key index of ${quote(table)} for ${names(keyFields)} was replaced by one for ${names(fields)} while Convex built it`,
		'Another import with other key fields, or Airbyte or Fivetran, did that. A table has one key index: let such imports run one after another.',
		'keyIndexDiffers',
	);
}

/** The table has an index for another key, which Convex would drop and build again. */
export function otherKey(table: string, { fields }: KeyIndex, keyFields: string[]): ConvexFailure {
	return inputFailure(
		`The table ${quote(table)} has a key index for ${names(fields)}, not for ${names(keyFields)}`,
		"A table has one key index, which Airbyte and Fivetran use as well. With the option 'Rebuild Key Index', Convex drops it and builds one for these fields, and imports by the other key fail until it is built again.",
		'keyIndexDiffers',
	);
}

function names(fields: readonly string[]): string {
	return listed(fields, ', ', (name) => name);
}
