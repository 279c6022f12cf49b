import type { INode, INodeExecutionData, INodeType, IRun } from 'n8n-workflow';
import { nodeAt, passThroughNode, runWorkflow, type Installation } from '../../test/support/engine';
import type { Contender } from '../contenders/contender';

const MEASURED_TYPE = 'bench.measured';
const START_TYPE = 'bench.start';

/** A workflow of a start node, whose items are pinned, and the node under measurement. */
export class MeasuredWorkflow {
	static readonly NODE = 'Measured';
	private wallTimeMs = 0;

	/** @param settings of the measured node, such as `onError` */
	constructor(
		private readonly contender: Contender,
		private readonly settings: Partial<INode> = {},
	) {}

	/** @returns the run, and the time that the node itself took in it */
	async run(items: INodeExecutionData[]): Promise<{ run: IRun; wallTimeMs: number }> {
		const { nodeType, parameters, credentialTypes = {}, credentials = {} } = this.contender;
		const installation: Installation = {
			nodeTypes: {
				[START_TYPE]: passThroughNode('start'),
				[MEASURED_TYPE]: this.timed(nodeType),
			},
			credentialTypes,
			credentials,
		};
		const { run } = await runWorkflow(installation, {
			name: 'benchmark',
			nodes: [
				nodeAt('Start', START_TYPE),
				nodeAt(MeasuredWorkflow.NODE, MEASURED_TYPE, {
					...this.settings,
					typeVersion: this.contender.typeVersion ?? 1,
					parameters,
					credentials: Object.fromEntries(
						Object.keys(credentials).map((type) => [type, { id: '1', name: type }]),
					),
				}),
			],
			connections: {
				Start: { main: [[{ node: MeasuredWorkflow.NODE, type: 'main', index: 0 }]] },
			},
			pinData: { Start: items },
		});
		return { run, wallTimeMs: this.wallTimeMs };
	}

	private timed(nodeType: INodeType): INodeType {
		const { execute } = nodeType;
		if (execute === undefined) throw new Error('only nodes with `execute` can be measured');
		const keepTime = (milliseconds: number) => (this.wallTimeMs = milliseconds);
		const timed: INodeType = Object.create(nodeType);
		timed.execute = async function (response) {
			const startedAt = performance.now();
			try {
				return await execute.call(this, response);
			} finally {
				keepTime(performance.now() - startedAt);
			}
		};
		return timed;
	}
}
