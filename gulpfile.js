const { execFile } = require('node:child_process');
const { rm } = require('node:fs/promises');
const { promisify } = require('node:util');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { n8n } = require('./package.json');

const run = promisify(execFile);

/** What n8n loads, e.g. dist/nodes/Convex/Convex.node.js, from the source of the same name. */
const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
	file.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
);

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

async function typeCheck() {
	try {
		await run(process.execPath, [require.resolve('typescript/bin/tsc'), '--pretty']);
	} catch (error) {
		throw new Error(`type check failed\n${error.stdout}`);
	}
}

/**
 * One self-contained file per entry: a package without run-time dependencies. n8n-workflow is the
 * host's own.
 */
async function bundle() {
	await esbuild.build({
		entryPoints,
		outdir: 'dist',
		outbase: '.',
		bundle: true,
		format: 'cjs',
		platform: 'neutral',
		mainFields: ['module', 'main'],
		conditions: ['import'],
		target: 'node20',
		external: ['n8n-workflow'],
		drop: ['console', 'debugger'],
		legalComments: 'inline',
		logLevel: 'warning',
	});
}

/** Icons, codex files and output schemas stay beside the code that names them. */
function assets() {
	return src(
		['icons/*.svg', 'nodes/**/*.svg', 'nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'],
		{ base: '.', encoding: false },
	).pipe(dest('dist'));
}

exports.build = series(parallel(clean, typeCheck), parallel(bundle, assets));
exports.default = exports.build;
