const { n8n } = require('./package.json');

/** Where code starts. What cannot be reached from there, `npm run unused` reports. */
module.exports = {
	entry: [
		// What n8n loads, by its source (gulpfile.js).
		...[...n8n.nodes, ...n8n.credentials].map((file) =>
			file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
		),
		// n8n calls these by their names.
		'nodes/Convex/methods/*.ts',
		// The build injects its exports into the bundle.
		'nodes/Convex/transport/timers.ts',
		'gulpfile.js',
		'eslint.config.mjs',
		'jest*.config.js',
		'test/**/*.test.ts',
		'test/versions/{logFile.ts,versionsReporter.js}',
		'test/support/*.{js,mjs}',
		// Programs that run in a process of their own, started by the name of their file.
		'test/programs/*.ts',
		'bench/server/main.ts',
		'bench/worker/{main,memorySampler}.ts',
		'bench/live/{deliveryWorker,documentWorker,feedWorker,triggerWorker,waitWorker,slowNetworkMain}.ts',
		// The sample app, which a deployment loads.
		'examples/convex/**/*.ts',
		'test/support/secondApp/**/*.ts',
		'test/support/shapesApp/**/*.ts',
	],
	project: ['**/*.{ts,js,mjs}'],
	// A type that an exported function takes or returns may be exported too.
	ignoreExportsUsedInFile: { interface: true, type: true },
	ignoreBinaries: ['openssl'],
	// The benchmark finds them in the n8n that it installs.
	ignoreDependencies: ['n8n', 'n8n-nodes-base', 'undici', '@n8n/config', '@n8n/di'],
};
