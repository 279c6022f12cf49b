import type { INodeProperties } from 'n8n-workflow';
import { parseDocumentId } from '../../convex/documents/documentId';
import type { ParameterReader } from '../parameterReader';

/** @param operations those that are about one document */
export function documentIdDescription(operations: string[]): INodeProperties {
	return {
		displayName: 'Document ID',
		name: 'documentId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. {{ $json._id }}',
		description: "The document's _id",
		displayOptions: { show: { operation: operations } },
	};
}

/** @throws ConvexFailure (`input`) naming the parameter */
export function readDocumentId(context: ParameterReader, itemIndex: number): string {
	return parseDocumentId(context.getNodeParameter('documentId', itemIndex, ''));
}
