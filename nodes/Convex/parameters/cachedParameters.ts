import type { IExecuteFunctions } from 'n8n-workflow';
import { isAgentTool } from '../transport/agentTool';
import { readFunctionPath } from './functionLocator';
import { ItemParameters, shared, type ReadForItem } from './itemParameters';
import { readListCall } from './manyItems';
import { readOptions } from './options';
import type { NodeOperation } from './options/option';

/** The parameters of each item for a function: what is the same for all items is also checked once. */
export class CachedParameters extends ItemParameters {
	readonly functionPath: ReadForItem<ReturnType<typeof readFunctionPath>>;

	readonly options: ReadForItem<ReturnType<typeof readOptions>>;

	/** Whether the node is a tool, where no argument can come from the input item. */
	readonly isTool: boolean;

	/** What the calls have beside the list, where they are for many items. */
	readonly listCall: ReadForItem<ReturnType<typeof readListCall>>;

	constructor(context: IExecuteFunctions, operation: NodeOperation) {
		super(context);
		this.isTool = isAgentTool(context.getNode());
		const { functionPath, listArgument, sharedArguments } = context.getNode().parameters;
		const { options, output, pagination, returnAll, limit } = context.getNode().parameters;
		this.functionPath = shared(functionPath, (itemIndex) => readFunctionPath(this, itemIndex));
		this.options = shared([options, output, pagination, returnAll, limit], (itemIndex) =>
			readOptions(this, operation, itemIndex),
		);
		this.listCall = shared([listArgument, sharedArguments], (itemIndex) =>
			readListCall(this, itemIndex),
		);
	}
}
