/** The contenders, as a reader of the table sees them. */
export const CONTENDER_LABELS = {
	convexNode: 'this node',
	convexNodeForManyItems: 'this node, Many Items at Once',
	convexNodeForThousandItems: 'this node, Many Items at Once, 1,000 per call',
	httpRequestNode: "n8n's HTTP Request node",
	httpRequestNodeInBatches: "n8n's HTTP Request node, batches of 10",
	loopWithHttpRequest: 'Loop Over Items, HTTP Request node',
	loopWithCode: 'Loop Over Items, Code node',
	loopWithCodeForLists: 'Loop Over Items, Code node, a list per call',
	convexHttpClientLoop: 'loop with ConvexHttpClient',
	requestHelper: "n8n's request helper alone",
	rawUndici: 'raw undici, the same bodies',
	rawUndiciLargest: 'raw undici, bodies of 1,000',
	expressionsAlone: "n8n's expressions alone, nothing sent",
} as const;

export type ContenderName = keyof typeof CONTENDER_LABELS;
