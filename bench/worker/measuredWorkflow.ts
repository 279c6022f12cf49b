import type { IConnections, INode, INodeExecutionData, INodeType, IRun } from 'n8n-workflow';
import {
	nodeAt,
	outputsOf,
	passThroughNode,
	runWorkflow,
	type Installation,
	type WorkflowFile,
} from '../../test/support/engine';
import type { Contender } from '../contenders/contender';
import { startCodeRunner } from './codeRunner';

const MEASURED_TYPE = 'bench.measured';
const START_TYPE = 'bench.start';
const LOOP_TYPE = 'bench.loop';

const START = 'Start';
const MEASURED = 'Measured';
const LOOP = 'Loop Over Items';

/** What a run of the workflow gave. */
export interface MeasuredRun {
	/** Of the node under measurement, or of the loop around it. */
	output: INodeExecutionData[];
	/** From the start of the node to its end; of the first in a loop to that of the last. */
	wallTimeMs: number;
}

/**
 * A workflow of a start node, whose items are pinned, and the node under measurement, which may stand
 * in a loop.
 */
export class MeasuredWorkflow {
	private startedAtMs: number | undefined;

	private endedAtMs = 0;

	private constructor(
		private readonly contender: Contender,
		private readonly installation: Installation,
		private readonly settings: Partial<INode>,
	) {}

	/** @param settings of the measured node, such as `onError` */
	static async of(contender: Contender, settings: Partial<INode> = {}): Promise<MeasuredWorkflow> {
		const { credentialTypes = {}, credentials = {}, needsCodeRunner } = contender;
		return new MeasuredWorkflow(
			contender,
			{
				nodeTypes: { [START_TYPE]: passThroughNode('start') },
				credentialTypes,
				credentials,
				...(needsCodeRunner === true && { codeRunner: await startCodeRunner() }),
			},
			settings,
		);
	}

	/** @throws the failure of the run */
	async run(items: INodeExecutionData[]): Promise<MeasuredRun> {
		const { nodeType, loop } = this.contender;
		this.startedAtMs = undefined;
		const installation: Installation = {
			...this.installation,
			nodeTypes: {
				...this.installation.nodeTypes,
				[MEASURED_TYPE]: this.timed(nodeType),
				...(loop !== undefined && { [LOOP_TYPE]: this.timed(loop.nodeType) }),
			},
		};
		const { run } = await runWorkflow(installation, this.file(items));
		const { error } = run.data.resultData;
		if (error !== undefined) throw new Error(error.message);
		return { output: this.outputOf(run), wallTimeMs: this.endedAtMs - (this.startedAtMs ?? 0) };
	}

	private file(items: INodeExecutionData[]): WorkflowFile {
		const { typeVersion = 1, parameters, credentials = {}, loop } = this.contender;
		const measured = nodeAt(MEASURED, MEASURED_TYPE, {
			...this.settings,
			typeVersion,
			parameters,
			credentials: Object.fromEntries(
				Object.keys(credentials).map((type) => [type, { id: '1', name: type }]),
			),
		});
		const nodes = [nodeAt(START, START_TYPE), measured];
		const connections: IConnections = { [START]: { main: [toNode(MEASURED)] } };
		if (loop !== undefined) {
			const { typeVersion: loopVersion, batchSize } = loop;
			nodes.push(nodeAt(LOOP, LOOP_TYPE, { typeVersion: loopVersion, parameters: { batchSize } }));
			connections[START] = { main: [toNode(LOOP)] };
			connections[LOOP] = { main: [[], toNode(MEASURED)] };
			connections[MEASURED] = { main: [toNode(LOOP)] };
		}
		return { name: 'benchmark', nodes, connections, pinData: { [START]: items } };
	}

	/** A loop gives all items of its rounds by its first output in the end. */
	private outputOf(run: IRun): INodeExecutionData[] {
		const name = this.contender.loop === undefined ? MEASURED : LOOP;
		return outputsOf(run, name)[0] ?? [];
	}

	private timed(nodeType: INodeType): INodeType {
		const { execute } = nodeType;
		if (execute === undefined) throw new Error('only nodes with `execute` can be measured');
		const start = () => (this.startedAtMs ??= performance.now());
		const end = () => (this.endedAtMs = performance.now());
		const timed: INodeType = Object.create(nodeType);
		timed.execute = async function (response) {
			start();
			try {
				return await execute.call(this, response);
			} finally {
				end();
			}
		};
		return timed;
	}
}

function toNode(node: string): IConnections[string][string][number] {
	return [{ node, type: 'main', index: 0 }];
}
