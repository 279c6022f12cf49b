module.exports = {
	...require('./dist/nodes/Convex/Convex.node.js'),
	...require('./dist/credentials/ConvexApi.credentials.js'),
};
