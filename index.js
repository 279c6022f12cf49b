module.exports = {
	...require('./dist/nodes/Convex/Convex.node.js'),
	...require('./dist/nodes/Convex/ConvexTrigger.node.js'),
	...require('./dist/nodes/Convex/ConvexDocumentTrigger.node.js'),
	...require('./dist/credentials/ConvexApi.credentials.js'),
};
