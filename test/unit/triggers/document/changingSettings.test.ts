import fc from 'fast-check';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { countedAsWhole, parsePosition } from '../../../../nodes/Convex/convex/feed/feedPosition';
import type { FeedSettings, FeedStart } from '../../../../nodes/Convex/parameters/feed';
import { FeedReader } from '../../../../nodes/Convex/triggers/document/feedReader';
import type { KeptFeed } from '../../../../nodes/Convex/triggers/document/positionStore';
import { ModelDeployment } from './modelDeployment';

const TABLES = ['a', 'b', 'c'];
const IDS = ['1', '2', '3', '4', '5'];
const DEPLOYMENT = 'https://a.convex.cloud';

const table = fc.constantFrom(...TABLES);
const id = fc.constantFrom(...IDS);

const step = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), table, id }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('beginImport' as const),
			table,
			ids: fc.uniqueArray(id),
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({
			kind: fc.constantFrom('finishImport', 'forget', 'toggleFresh', 'toggleStart'),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('select' as const),
			tables: fc.uniqueArray(table, { minLength: 1 }),
			maxItems: fc.integer({ min: 1, max: 4 }),
		}),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			kind: fc.constant('poll' as const),
			failing: fc.constantFrom(0, 0, 0, 1, 2),
			maxItems: fc.integer({ min: 1, max: 4 }),
			pageSize: fc.integer({ min: 1, max: 4 }),
		}),
	},
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A trigger whose user changes its tables, and where it begins. */
class ChangingTrigger {
	readonly deployment = new ModelDeployment(TABLES);

	/** Of each document the revision that the workflow was told last, of what it was to be told. */
	private readonly told = new Map<string, number | undefined>();

	/** What was written in a table after this time is to be told. */
	private readonly owedAfter = new Map<string, number>();

	private kept: KeptFeed | undefined;

	private imported = { table: '', at: 0 };

	constructor(
		private selected: readonly string[],
		private startFrom: FeedStart,
	) {
		for (const name of TABLES) for (const each of ['1', '2']) this.deployment.write(name, each);
		for (const name of selected) this.owe(name, startFrom);
	}

	async take(step: Step): Promise<void> {
		const { deployment } = this;
		switch (step.kind) {
			case 'write':
				return deployment.write(step.table, step.id);
			case 'toggleFresh':
				deployment.isFresh = !deployment.isFresh;
				return;
			case 'beginImport':
				if (!this.isSettled || !this.selected.includes(step.table)) return;
				this.imported = { table: step.table, at: 0 };
				return deployment.beginImport(step.table, step.ids);
			case 'finishImport':
				return this.finishImport();
			case 'forget':
				if (this.isSettled) deployment.forget();
				return;
			case 'toggleStart':
				return await this.change(
					this.selected,
					this.startFrom === 'now' ? 'beginning' : 'now',
					this.selected,
				);
			case 'select': {
				const added = step.tables.filter((name) => !this.selected.includes(name));
				if (!this.isSettled) return;
				return await this.change(step.tables, this.startFrom, added, step.maxItems);
				return;
			}
			case 'poll':
				deployment.pageSize = step.pageSize;
				await this.poll(step.maxItems, step.failing);
		}
	}

	finishImport(): void {
		if (!this.deployment.isImporting) return;
		this.deployment.finishImport();
		this.imported = { ...this.imported, at: this.deployment.clock };
	}

	/** @returns whether there was nothing more */
	async poll(maxItems = 4, failing = 0): Promise<boolean> {
		const { deployment, selected: tables, startFrom } = this;
		Object.assign(deployment, { selected: tables, failing });
		const settings: FeedSettings = {
			tables,
			excludedFields: [],
			events: ['written', 'deleted'],
			startFrom,
			componentPath: undefined,
			maxItems,
		};
		const time = { isOver: false };
		const reader = new FeedReader(deployment, settings, DEPLOYMENT, time, () => {});
		const reading = await reader.read(this.kept).catch((thrown: unknown) => {
			expect(thrown).toBeInstanceOf(ConvexFailure);
		});
		deployment.failing = 0;
		const position = parsePosition(JSON.parse(JSON.stringify(reading?.position ?? null)));
		if (reading === undefined || position === undefined) return false;
		this.kept = { deployment: DEPLOYMENT, startFrom, component: '', tables, position };
		for (const { table: name, id: document, value } of reading.changes) {
			this.told.set(`${name}/${document}`, Number(Reflect.get(Object(value), 'revision')));
		}
		return reading.changes.length === 0 && position.phase === 'following';
	}

	/** What the workflow was to be told and was not. */
	get missing(): string[] {
		return this.selected.flatMap((name) =>
			[...this.deployment.documents(name)]
				.filter(([, { time }]) => time > (this.owedAfter.get(name) ?? 0))
				.map(([document, { revision }]) => ({ key: `${name}/${document}`, revision }))
				.filter(({ key, revision }) => this.told.get(key) !== revision)
				.map(({ key }) => key),
		);
	}

	private async change(
		tables: readonly string[],
		startFrom: FeedStart,
		owed: readonly string[],
		maxItems = 4,
	): Promise<void> {
		for (const name of owed) this.owe(name, startFrom);
		this.selected = tables;
		this.startFrom = startFrom;
		await this.poll(maxItems);
	}

	private owe(name: string, startFrom: FeedStart): void {
		this.owedAfter.set(name, startFrom === 'beginning' ? 0 : this.deployment.clock);
		for (const each of IDS) this.told.delete(`${name}/${each}`);
	}

	/** An import that was in progress at the last poll is the one thing that may be missed. */
	private get isSettled(): boolean {
		const { imported, kept, deployment } = this;
		if (deployment.isImporting) return false;
		if (kept === undefined || kept.position.since === undefined) return true;
		const isKnown = countedAsWhole(kept.position).includes(imported.table);
		return isKnown || Number(kept.position.since) >= imported.at;
	}
}

const MAX_POLLS = 300;

it.each(['now', 'beginning'] as const)(
	'whatever settings are changed, nothing is missed of the tables that are chosen, from %s',
	async (startFrom) => {
		const steps = fc.array(step, { maxLength: 40 });
		await fc.assert(
			fc.asyncProperty(steps, fc.boolean(), async (all, offersCursors) => {
				const trigger = new ChangingTrigger(['a', 'b'], startFrom);
				trigger.deployment.offersCursors = offersCursors;
				await trigger.poll();
				for (const each of all) await trigger.take(each);
				trigger.finishImport();
				for (let polls = 0; !(await trigger.poll()); polls++) {
					if (polls > MAX_POLLS) throw new Error('the feed has no end');
				}
				expect(trigger.missing).toEqual([]);
			}),
			{ numRuns: 700 },
		);
	},
);
