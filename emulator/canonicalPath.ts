import { PlatformFailure } from './platformFailure';

/** A function path as the backend keeps it: `messages.js:list`. */
export interface CanonicalPath {
	/** Without extension. */
	module: string;
	name: string;
	/** As it stands in errors of a function that exists: `messages.js:list`. */
	full: string;
	/** As it stands in errors of a function that does not: `messages:list`, `messages` for a default export. */
	stripped: string;
}

/** The backend's rules: crates/convex/sync_types/src/{udf_path,module_path,path,identifier}.rs. */
export function canonicalPath(path: string): CanonicalPath {
	const refuse = (why: string) =>
		new PlatformFailure(
			400,
			'BadConvexFunctionIdentifier',
			`${path} is not a valid path to a Convex function. ${why}`,
		);
	const colon = path.lastIndexOf(':');
	const modulePath = colon < 0 ? path : path.slice(0, colon);
	const name = colon < 0 ? 'default' : path.slice(colon + 1);
	if (modulePath === '') throw refuse(`Module path ${modulePath} doesn't have a filename.`);
	if (modulePath.startsWith('/')) {
		throw refuse(`Module paths must be relative (${modulePath} is absolute).`);
	}
	const extension = /[^/]\.([^./]*)$/.exec(modulePath)?.[1];
	if (extension !== undefined && extension !== 'js') {
		throw refuse(`Module path (${modulePath}) has an extension that isn't 'js'.`);
	}
	const module = modulePath.replace(/\.js$/, '');
	for (const component of `${module}.js`.split('/')) {
		if (!/^[A-Za-z0-9_.]{1,64}$/.test(component)) {
			throw refuse(
				`Path component ${component} can only contain alphanumeric characters, underscores, or periods.`,
			);
		}
	}
	if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) || /^_+$/.test(name)) {
		throw refuse(`Invalid function name: ${name}`);
	}
	return {
		module,
		name,
		full: `${module}.js:${name}`,
		stripped: name === 'default' ? module : `${module}:${name}`,
	};
}
