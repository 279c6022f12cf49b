import type { JSONValue } from 'convex/values';
import { isBody } from '../request';

type Inclusion = 'included' | 'excluded';

/** What is said of things by name, and of all others. */
interface Choices<Choice> {
	named: Map<string, Choice>;
	others: Inclusion;
}

type Columns = Choices<Inclusion>;
type Tables = Choices<Inclusion | Columns>;

const INCLUSIONS = new Map<JSONValue | undefined, Inclusion>([
	['included', 'included'],
	['incl', 'included'],
	['excluded', 'excluded'],
	['excl', 'excluded'],
]);

/** `_id` identifies a document and cannot be left out. */
const ID_COLUMN = '_id';

/** Which tables and columns are exported: crates/common/src/types/streaming_export/selection.rs. */
export class Selection {
	static readonly all = new Selection({ named: new Map(), others: 'included' });

	private constructor(private readonly components: Choices<Inclusion | Tables>) {}

	/** @returns undefined for what is none */
	static parse(json: JSONValue | undefined): Selection | undefined {
		const components = parseChoices(json, parseTables);
		return components && new Selection(components);
	}

	/** One component, or one table of it. */
	static only(componentPath: string, tableName: string | undefined): Selection {
		const tables: Tables =
			tableName === undefined
				? { named: new Map(), others: 'included' }
				: { named: new Map([[tableName, 'included']]), others: 'excluded' };
		return new Selection({ named: new Map([[componentPath, tables]]), others: 'excluded' });
	}

	includesTable(componentPath: string, tableName: string): boolean {
		return this.columnsOf(componentPath, tableName) !== 'excluded';
	}

	includesColumn(componentPath: string, tableName: string, column: string): boolean {
		const columns = this.columnsOf(componentPath, tableName);
		return (typeof columns === 'string' ? columns : choiceOf(columns, column)) === 'included';
	}

	/** Whether a table is selected without the column that identifies its documents. */
	get lacksIds(): boolean {
		const tables = [...this.components.named.values()].filter((choice) => isChoices(choice));
		const columns = tables.flatMap(({ named }) => [...named.values()].filter(isChoices));
		return columns.some((one) => choiceOf(one, ID_COLUMN) === 'excluded');
	}

	private columnsOf(componentPath: string, tableName: string): Inclusion | Columns {
		const tables = choiceOf(this.components, componentPath);
		return typeof tables === 'string' ? tables : choiceOf(tables, tableName);
	}
}

function isChoices<Choice>(choice: Inclusion | Choices<Choice>): choice is Choices<Choice> {
	return typeof choice === 'object';
}

function choiceOf<Choice>({ named, others }: Choices<Choice>, name: string): Choice | Inclusion {
	return named.get(name) ?? others;
}

function parseTables(json: JSONValue): Inclusion | Tables | undefined {
	return parseExcluded(json) ?? parseChoices(json, parseColumns);
}

function parseColumns(json: JSONValue): Inclusion | Columns | undefined {
	return parseExcluded(json) ?? parseChoices(json, (column) => INCLUSIONS.get(column));
}

/** Components and tables are either excluded by a word, or described. */
function parseExcluded(json: JSONValue): 'excluded' | undefined {
	return INCLUSIONS.get(json) === 'excluded' ? 'excluded' : undefined;
}

function parseChoices<Choice>(
	json: JSONValue | undefined,
	parse: (json: JSONValue) => Choice | undefined,
): Choices<Choice> | undefined {
	if (!isBody(json)) return undefined;
	const { _other, ...named } = json;
	const others = INCLUSIONS.get(_other);
	if (others === undefined) return undefined;
	const choices = new Map<string, Choice>();
	for (const [name, one] of Object.entries(named)) {
		const choice = parse(one);
		if (choice === undefined) return undefined;
		choices.set(name, choice);
	}
	return { named: choices, others };
}
