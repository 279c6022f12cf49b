import {
	endpointUrl,
	parseDeploymentUrl,
	resolveSiteUrl,
} from '../../../../nodes/Convex/convex/deployment/deploymentUrl';
import { expectRefusal } from '../../refusal';

const CLOUD = 'https://happy-animal-123.convex.cloud';
const REGIONAL = 'https://happy-animal-123.eu-west-1.convex.cloud';

describe('the deployment URL', () => {
	it.each([
		['an address of Convex as it is', CLOUD, CLOUD],
		['a regional address as it is', REGIONAL, REGIONAL],
		['a custom domain', 'https://api.example.com', 'https://api.example.com'],
		['a self-hosted deployment', 'http://127.0.0.1:3210', 'http://127.0.0.1:3210'],
		['http:// for a host name of one word', 'http://backend:3210', 'http://backend:3210'],
		['an IPv6 address', 'http://[::1]:3210/', 'http://[::1]:3210'],
		['a trailing slash', `${CLOUD}/`, CLOUD],
		['several trailing slashes', `${CLOUD}//`, CLOUD],
		['surrounding blanks and line breaks', ` \t${CLOUD}/ \n`, CLOUD],
		['capital letters', 'HTTPS://Happy-Animal-123.Convex.Cloud', CLOUD],
		['the default port', `${CLOUD}:443`, CLOUD],
		['a pasted /api', `${CLOUD}/api`, CLOUD],
		['a pasted /api/', `${CLOUD}/api/`, CLOUD],
		['the address of an endpoint', `${CLOUD}/api/query`, CLOUD],
		['the address of a function', `${CLOUD}/api/run/messages/list?format=json#top`, CLOUD],
		['a query and a fragment', `${CLOUD}/?tab=functions#top`, CLOUD],
		['a base path', 'https://example.com/convex', 'https://example.com/convex'],
		['a base path with a slash', 'https://example.com/my/convex/', 'https://example.com/my/convex'],
		['a base path before /api', 'http://example.com/convex/api/query', 'http://example.com/convex'],
		['a path that only begins like /api', 'http://example.com/apis', 'http://example.com/apis'],
		['quotes around the URL', `"${CLOUD}"`, CLOUD],
		['the line of a file', `CONVEX_URL="${CLOUD}",`, CLOUD],
		['a base path with api in it', 'https://a.test/api/convex', 'https://a.test/api/convex'],
		['the same with a slash', 'https://a.test/api/convex/', 'https://a.test/api/convex'],
		['the same with /api', 'https://a.test/api/convex/api', 'https://a.test/api/convex'],
		['a version below /api', 'https://a.test/api/v1', 'https://a.test/api/v1'],
		['an /api of its own, cut once', 'https://a.test/api/api', 'https://a.test/api'],
		['/api/run without a function', 'https://a.test/api/run', 'https://a.test/api/run'],
		['a module without a function', 'https://a.test/api/run/a', 'https://a.test/api/run/a'],
		['a query that holds an address', 'https://a.test/x?to=/api/query', 'https://a.test/x'],
		['dots that lead back', 'https://a.test/api/%2e%2e/x/../convex', 'https://a.test/convex'],
		['100,000 slashes', `https://a.test${'/'.repeat(100_000)}`, 'https://a.test'],
	])('takes %s', (_what, input, expected) => {
		expect(parseDeploymentUrl(input)).toBe(expected);
	});

	it.each([
		['happy-animal-123.convex.site', CLOUD],
		['happy-animal-123.eu-west-1.convex.site/webhook?a=1', REGIONAL],
	])('refuses %s and says what to paste instead', (address, instead) => {
		expectRefusal(
			() => parseDeploymentUrl(`https://${address}`),
			"The credential's 'Deployment URL' ends in .convex.site, the address of HTTP actions",
			new RegExp(`^Use the same name with \\.convex\\.cloud, e\\.g\\. ${instead}\\.$`),
		);
	});

	it.each([
		['nothing', '', 'is empty'],
		['blanks', ' \n\t', 'is empty'],
		['garbage', 'my deployment', 'is not a URL'],
		['a scheme alone', 'https://', 'is not a URL'],
		['a blank in the host name', 'https://happy animal.convex.cloud', 'is not a URL'],
		['a quote before the URL', `"${CLOUD}`, 'is not a URL'],
		['a WebSocket', 'wss://a.convex.cloud', 'does not start with https:// or http://'],
		['a file', 'file:///etc/passwd', 'does not start with https:// or http://'],
		['a script', 'javascript:alert(1)', 'does not start with https:// or http://'],
		['a deployment name', 'dev:happy-animal-123', 'does not start with https:// or http://'],
		[
			'a page of the dashboard',
			'https://dashboard.convex.dev/t/team/project/happy-animal-123/settings',
			'is a page of the Convex dashboard',
		],
	])('refuses %s and says what to paste', (_what, input, reason) => {
		expectRefusal(
			() => parseDeploymentUrl(input),
			`The credential's 'Deployment URL' ${reason}`,
			/^Paste the deployment URL from the Convex dashboard .*\.convex\.cloud.* http:\/\/127\.0\.0\.1:3210\.$/,
		);
	});

	it.each([
		'happy-animal-123.convex.cloud',
		'happy-animal-123.convex.cloud/api/query',
		'"happy-animal-123.convex.cloud"',
		'//happy-animal-123.convex.cloud',
		'localhost',
		'localhost:3210',
		'127.0.0.1:3210/api',
		'[::1]:3210',
		'convex.example.com:443/path',
	])('refuses %s and says to start it with a scheme', (input) => {
		expectRefusal(
			() => parseDeploymentUrl(input),
			"The credential's 'Deployment URL' does not start with https:// or http://",
			/^Start it with https:\/\/, or with http:\/\/ for a deployment without TLS\. Paste/,
		);
	});

	it.each([
		'query',
		'mutation',
		'action',
		'function',
		'query_batch',
		'query_ts',
		'query_at_ts',
		'check_admin_key',
		'sync',
		'1.48.0/sync',
		'run/messages/list',
		'run/a/api/run/b/list',
		'',
	])('cuts the endpoint /api/%s off, and nothing before it', (endpoint) => {
		for (const base of [
			'https://a.test',
			'https://a.test/api/convex',
			'https://a.test/run/api/x',
		]) {
			expect(parseDeploymentUrl(`${base}/api/${endpoint}`)).toBe(
				endpoint.includes('/api/run') ? `${base}/api/run/a` : base,
			);
		}
	});

	it.each(['/a%2fb', '/a%2Fb/api/query', '/%252e%252e/convex', '/a%5cb', '/..;/convex'])(
		'refuses the path %s, which a server may read in another way',
		(path) => {
			expectRefusal(
				() => parseDeploymentUrl(`https://a.test${path}`),
				"The credential's 'Deployment URL' has a path with an encoded period or slash in it",
				/^Write the path plainly, or serve the deployment below another one\. Paste /,
			);
		},
	);

	it.each([['https://ada@a.convex.cloud'], ['https://ada:pa55word@a.convex.site']])(
		'refuses the user info in %s without repeating it',
		(input) => {
			expectRefusal(
				() => parseDeploymentUrl(input),
				"The credential's 'Deployment URL' contains a user name or password",
				/^Remove everything before the @\. Paste the deployment URL (?!.*(?:ada|pa55word))/,
			);
		},
	);

	it.each([
		'http://happy-animal-123.convex.cloud',
		'http://happy-animal-123.eu-west-1.convex.cloud/',
		'http://happy-animal-123.convex.site',
	])('refuses to send a credential unencrypted to %s', (input) => {
		expectRefusal(
			() => parseDeploymentUrl(input),
			"The credential's 'Deployment URL' starts with http://, which would send the credential unencrypted",
			/^Use https:\/\/ instead\.$/,
		);
	});

	it('takes a host that only contains the name of Convex', () => {
		expect(parseDeploymentUrl('http://convex.cloud.example.com')).toBe(
			'http://convex.cloud.example.com',
		);
	});
});

describe('the site URL', () => {
	it.each([
		[CLOUD, 'https://happy-animal-123.convex.site'],
		[REGIONAL, 'https://happy-animal-123.eu-west-1.convex.site'],
		['http://127.0.0.1:3210', 'http://127.0.0.1:3211'],
		['https://convex.example.com:3210/base', 'https://convex.example.com:3211/base'],
	])('of %s is derived as %s', (deploymentUrl, siteUrl) => {
		expect(resolveSiteUrl(deploymentUrl, '')).toBe(siteUrl);
		expect(resolveSiteUrl(deploymentUrl, ' \n')).toBe(siteUrl);
	});

	it.each(['https://api.example.com', 'http://127.0.0.1:8000', 'https://a.convex.cloud.test'])(
		'of %s is unknown unless it is given',
		(deploymentUrl) => {
			expect(resolveSiteUrl(deploymentUrl, '')).toBeUndefined();
			expect(resolveSiteUrl(deploymentUrl, 'https://hooks.example.com')).toBe(
				'https://hooks.example.com',
			);
		},
	);

	it.each([
		['overrides what would be derived', 'https://other.convex.site', 'https://other.convex.site'],
		['loses blanks and slashes', ' https://other.convex.site/ ', 'https://other.convex.site'],
		['keeps its path', 'http://backend:3210/http', 'http://backend:3210/http'],
	])('that is given %s', (_what, input, expected) => {
		expect(resolveSiteUrl(CLOUD, input)).toBe(expected);
	});

	it.each([
		['garbage', 'my site', 'is not a URL'],
		['another scheme', 'ftp://other.convex.site', 'does not start with https:// or http://'],
		['the address of functions', CLOUD, 'ends in .convex.cloud, the address of functions'],
	])('refuses %s and says what to paste', (_what, input, reason) => {
		expectRefusal(
			() => resolveSiteUrl(CLOUD, input),
			`The credential's 'Site URL' ${reason}`,
			/^Paste the HTTP Actions URL .*\.convex\.site, or leave the field empty\.$/,
		);
	});

	it('refuses user info', () => {
		expectRefusal(
			() => resolveSiteUrl(CLOUD, 'https://ada:pa55word@other.convex.site'),
			"The credential's 'Site URL' contains a user name or password",
			/^Remove everything before the @\. Paste the HTTP Actions URL (?!.*pa55word)/,
		);
	});

	it('refuses to send a credential unencrypted', () => {
		expectRefusal(
			() => resolveSiteUrl(CLOUD, 'http://other.convex.site'),
			"The credential's 'Site URL' starts with http://, which would send the credential unencrypted",
			/^Use https:\/\/ instead\.$/,
		);
	});
});

describe('the URL of an endpoint', () => {
	it.each(['/api/query', '/api/run/a/b_2/list', '/api/run/v1.2/x/_y'])('is made for %s', (path) => {
		expect(endpointUrl('https://a.test/api/convex', path)).toBe(`https://a.test/api/convex${path}`);
	});

	it.each([
		'/api/run/../v1/pause_deployment',
		'/api/run/./list',
		'/api/run/a/..',
		'/api/run//list',
		'/api/run/a/',
		'api/query',
		'',
		'/api/run/%2e%2e/list',
		'/api/run/%2E./list',
		'/api/run/a\\..\\b/list',
		'/api/run/a?x=1/list',
		'/api/run/a#b/list',
		'/api/run/a b/list',
		'/api/run/\u2025/list',
		'/api/run/\uff0e\uff0e/list',
		'/api/run/a\n/list',
		'/api/run/a/list\n',
		'/api@evil.test/query',
	])('is refused for %j', (path) => {
		expectRefusal(
			() => endpointUrl('https://a.test', path),
			'The function path contains what cannot stand in a URL',
			/^Write 'Function' as 'module:function'/,
		);
	});
});

describe('addresses of Convex', () => {
	it('are recognised with a dot at the end, and have no path', () => {
		expect(() => parseDeploymentUrl('https://x.convex.site.')).toThrow(/convex\.site/);
		expect(parseDeploymentUrl('https://x.convex.cloud/settings?a')).toBe('https://x.convex.cloud');
		expect(resolveSiteUrl('https://x.convex.cloud', 'https://y.convex.site/api/auth')).toBe(
			'https://y.convex.site',
		);
	});

	it('keep the path of a proxy in front of HTTP actions', () => {
		expect(resolveSiteUrl('https://convex.example.com', 'https://example.com/api/auth/')).toBe(
			'https://example.com/api/auth',
		);
	});

	it('are not pages of the dashboard', () => {
		const page = 'https://dashboard.convex.dev/t/team';
		expect(() => resolveSiteUrl('https://x.convex.cloud', page)).toThrow(/dashboard/);
	});
});
