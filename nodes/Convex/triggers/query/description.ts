import type { INodeProperties } from 'n8n-workflow';
import { argumentsDescription } from '../../parameters/arguments';
import { functionPathDescription } from '../../parameters/functionLocator';
import { optionsDescription } from '../../parameters/options';
import { emit, emitInitialResult, KEY_FIELD } from './parameters';

export const description: INodeProperties[] = [
	functionPathDescription('The Convex query to watch'),
	...argumentsDescription(false),
	emit.property,
	KEY_FIELD,
	emitInitialResult.property,
	optionsDescription(['trigger']),
];
