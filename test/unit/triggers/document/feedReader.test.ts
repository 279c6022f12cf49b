import fc from 'fast-check';
import type { FeedRow } from '../../../../nodes/Convex/convex/feed/feedPage';
import { ConvexFailure } from '../../../../nodes/Convex/convex/failure';
import { countedAsWhole, parsePosition } from '../../../../nodes/Convex/convex/feed/feedPosition';
import type { FeedSettings, FeedStart } from '../../../../nodes/Convex/parameters/feed';
import { FeedReader } from '../../../../nodes/Convex/triggers/document/feedReader';
import type { KeptFeed } from '../../../../nodes/Convex/triggers/document/positionStore';
import { ModelDeployment } from './modelDeployment';

const TABLES = ['a', 'b'];
const IDS = ['1', '2', '3', '4', '5', '6', '7'];

type Step =
	| { kind: 'write' | 'delete'; table: string; id: string }
	| { kind: 'beginImport'; table: string; ids: string[] }
	| { kind: 'finishImport' | 'forget' | 'restart' | 'toggleFresh' }
	| { kind: 'poll'; isKilled: boolean; failing: number; maxItems: number; pageSize: number };

const table = fc.constantFrom(...TABLES);
const id = fc.constantFrom(...IDS);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), table, id }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), table, id }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant('beginImport' as const),
			table,
			ids: fc.uniqueArray(id),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constantFrom('finishImport', 'finishImport', 'forget', 'restart', 'toggleFresh'),
		}),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			kind: fc.constant('poll' as const),
			isKilled: fc.constantFrom(false, false, false, true),
			failing: fc.constantFrom(0, 0, 0, 0, 1, 2),
			maxItems: fc.integer({ min: 1, max: 5 }),
			pageSize: fc.integer({ min: 1, max: 4 }),
		}),
	},
);

/** A trigger and its host, that keeps positions when the workflow starts only, as n8n does. */
class Follower {
	/** What the workflow was told last of each document; undefined that it was deleted. */
	readonly told = new Map<string, number | undefined>();

	/** Of these it cannot be known that they were deleted. */
	readonly uncertain = new Set<string>();

	kept: KeptFeed | undefined;

	/** What is in n8n's database. */
	private saved: KeptFeed | undefined;

	private importedAt = 0;

	/** The table. */
	private imported = '';

	constructor(
		readonly deployment: ModelDeployment,
		private readonly startFrom: FeedStart,
	) {}

	async take(step: Step): Promise<void> {
		const { deployment } = this;
		switch (step.kind) {
			case 'write':
				deployment.write(step.table, step.id);
				return;
			case 'delete':
				deployment.delete(step.table, step.id);
				return;
			case 'beginImport':
				this.beginImport(step.table, step.ids);
				return;
			case 'finishImport':
				this.finishImport();
				return;
			case 'forget':
				this.forget();
				return;
			case 'restart':
				this.kept = this.saved;
				return;
			case 'toggleFresh':
				deployment.isFresh = !deployment.isFresh;
				return;
			case 'poll':
				deployment.pageSize = step.pageSize;
				deployment.failing = step.failing;
				await this.poll(step.maxItems, step.isKilled);
				deployment.failing = 0;
		}
	}

	/** @returns whether there was nothing more */
	async poll(maxItems = 5, isKilled = false): Promise<boolean> {
		const settings: FeedSettings = {
			tables: TABLES,
			excludedFields: [],
			events: ['written', 'deleted'],
			startFrom: this.startFrom,
			componentPath: undefined,
			maxItems,
		};
		const reader = new FeedReader(
			this.deployment,
			settings,
			'https://a.convex.cloud',
			{ isOver: false },
			() => {},
		);
		const reading = await reader.read(this.kept).catch((thrown: unknown) => {
			expect(thrown).toBeInstanceOf(ConvexFailure);
		});
		if (reading === undefined) return false;
		const { changes, position } = reading;
		if (isKilled) {
			this.kept = this.saved;
			return false;
		}
		const isFirst = this.kept === undefined;
		this.kept = keptOf(this.startFrom, JSON.parse(JSON.stringify(position)));
		if (changes.length > 0 || isFirst) this.saved = this.kept;
		for (const change of changes) this.tell(change);
		return changes.length === 0 && this.isFollowing;
	}

	private tell({ table, id, value }: FeedRow): void {
		const revision =
			value === undefined ? undefined : Number(Reflect.get(Object(value), 'revision'));
		this.told.set(keyOf(table, id), revision);
		this.uncertain.delete(keyOf(table, id));
	}

	private get isFollowing(): boolean {
		return this.kept?.position.phase === 'following';
	}

	/** The one before was told of, so that it is known which of them `forget` would lose. */
	private beginImport(imported: string, ids: string[]): void {
		if (this.deployment.isImporting) return;
		this.imported = imported;
		this.deployment.beginImport(imported, ids);
	}

	private finishImport(): void {
		const { deployment } = this;
		if (!deployment.isImporting) return;
		for (const key of this.told.keys()) this.uncertain.add(key);
		deployment.finishImport();
		this.importedAt = deployment.clock;
	}

	/** An import that was in progress at the last poll is the one thing that cannot be told afterwards. */
	private forget(): void {
		// The trigger goes on from the one, or after a restart from the other.
		const isTold = [this.kept, this.saved].every((each) => this.tellsImport(each));
		if (this.deployment.isImporting || !isTold) return;
		for (const key of this.told.keys()) this.uncertain.add(key);
		this.deployment.forget();
	}

	/** Whether the last import is told from a position that has been forgotten. */
	private tellsImport(from: KeptFeed | undefined): boolean {
		const { position } = from ?? {};
		const since = position?.since;
		const isKnown = position !== undefined && countedAsWhole(position).includes(this.imported);
		return isKnown || since === undefined || BigInt(since) >= BigInt(this.importedAt);
	}
}

function keptOf(startFrom: FeedStart, value: unknown): KeptFeed {
	const position = parsePosition(value);
	if (position === undefined) throw new Error('the position cannot be read again');
	const deployment = 'https://a.convex.cloud';
	return { deployment, startFrom, component: '', tables: TABLES, position };
}

const keyOf = (name: string, document: string) => `${name}/${document}`;

const MAX_POLLS = 300;

/** Fewer than a page has. */
const FIRST_ITEMS = 2;

async function checkAll(
	startFrom: FeedStart,
	before: Step[],
	steps: Step[],
	offersCursors: boolean,
): Promise<void> {
	const deployment = new ModelDeployment(TABLES);
	deployment.offersCursors = offersCursors;
	const follower = new Follower(deployment, startFrom);
	for (const each of before) if (each.kind === 'write') await follower.take(each);
	const startedAt = deployment.clock;
	await follower.poll(FIRST_ITEMS);
	for (const each of steps) await follower.take(each);
	await follower.take({ kind: 'finishImport' });
	for (let polls = 0; !(await follower.poll()); polls++) {
		if (polls > MAX_POLLS) throw new Error('the feed has no end');
	}
	for (const name of TABLES) {
		const documents = deployment.documents(name);
		for (const [document, { time, revision }] of documents) {
			const isWanted = startFrom === 'beginning' || time > startedAt;
			if (isWanted) expect(follower.told.get(keyOf(name, document))).toBe(revision);
		}
		for (const document of IDS) {
			const key = keyOf(name, document);
			if (documents.has(document) || follower.uncertain.has(key)) continue;
			expect(follower.told.get(key)).toBeUndefined();
		}
	}
}

describe('whatever happens in between, the latest state of every changed document is passed on', () => {
	const history = fc.array(step, { maxLength: 60 });
	const past = fc.array(step, { maxLength: 12 });

	it.each(['now', 'beginning'] as const)('from %s', async (startFrom) => {
		await fc.assert(
			fc.asyncProperty(past, history, fc.boolean(), async (before, steps, offersCursors) => {
				await checkAll(startFrom, before, steps, offersCursors);
			}),
			{ numRuns: 400 },
		);
	});
});
