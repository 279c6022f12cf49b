const { execFile } = require('node:child_process');
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
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
 * host's own. On a neutral platform convex/browser comes without `ws`, which would bring its own
 * network: the host's WebSocket is used.
 */
async function bundle() {
	const { metafile } = await esbuild.build({
		entryPoints,
		outdir: 'dist',
		outbase: '.',
		bundle: true,
		format: 'cjs',
		platform: 'neutral',
		mainFields: ['module', 'main'],
		conditions: ['import'],
		target: 'node20',
		external: ['n8n-workflow', 'node:crypto'],
		// Convex's sync client needs timers, and n8n allows nodes none.
		inject: ['nodes/Convex/transport/timers.ts'],
		drop: ['console', 'debugger'],
		legalComments: 'inline',
		logLevel: 'warning',
		metafile: true,
	});
	await writeFile('dist/THIRD-PARTY-LICENSES.txt', await licencesOf(Object.keys(metafile.inputs)));
}

/** The licences of the packages that the bundle contains, as these demand. */
async function licencesOf(inputFiles) {
	const packages = new Set(
		inputFiles
			.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
			.filter((name) => name !== undefined),
	);
	const licences = [...packages].sort().map(async (name) => {
		const folder = `node_modules/${name}`;
		const { version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
		const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
		if (file === undefined) throw new Error(`${name} has no licence file`);
		return `${name} ${version}\n\n${await readFile(`${folder}/${file}`, 'utf8')}`;
	});
	return (await Promise.all(licences)).join(`\n${'='.repeat(80)}\n\n`);
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
