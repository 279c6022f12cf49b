import type { INodeProperties } from 'n8n-workflow';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';
import { changes, emit, emitInitialResult, KEY_FIELD, manualRun } from './parameters';

export const description: INodeProperties[] = [
	functionPathDescription('The Convex query to watch'),
	...argumentsDescription(false),
	emit.property,
	KEY_FIELD,
	changes.property,
	emitInitialResult.property,
	manualRun.property,
	optionsDescription(['trigger']),
];
