/** The id of a component, which stands for it in URLs; the app's own is never used there. */
export function componentIdOf(path: string): string {
	return `${path === '' ? 'root' : path.replaceAll('/', '-')}-component-id`;
}
