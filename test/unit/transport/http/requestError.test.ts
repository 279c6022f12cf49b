import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';
import {
	isOtherServer,
	parseRequestError,
} from '../../../../nodes/Convex/transport/http/requestError';

/** What n8n's request helper throws before 2.34: axios' code and message are all that is left. */
function thrownByOlderN8n(httpCode: string | null, message: string): Error {
	return Object.assign(new Error("n8n's own words"), {
		cause: undefined,
		httpCode,
		messages: [message, message],
	});
}

describe('an error of the request helper without its cause', () => {
	it.each([
		['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:3210', 'connect', '127.0.0.1:3210'],
		['EHOSTUNREACH', 'connect EHOSTUNREACH ::1:80 - Local (:::0)', 'connect', '::1:80'],
		['ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere.invalid', 'getaddrinfo', 'nowhere.invalid'],
		['ZSTD_error_prefix_unknown', 'Unknown frame descriptor', ''],
		['ECONNRESET', 'read ECONNRESET', 'read'],
		['ECONNRESET', 'socket hang up', ''],
		['EPROTO', 'write EPROTO 40BD8FF1987F0000:error:0A00010B:SSL routines', 'write'],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', ''],
		['ECONNABORTED', 'timeout of 1000ms exceeded', ''],
	])('still has the code %s: %s', (code, message, systemCall, server = '') => {
		expect(parseRequestError(thrownByOlderN8n(code, message))).toEqual({
			code,
			message,
			systemCall,
			server,
		});
	});

	it.each(['502', null])('takes no status for a code: %s', (httpCode) => {
		expect(parseRequestError(thrownByOlderN8n(httpCode, 'bad gateway')).code).toBeUndefined();
	});

	it.each([
		['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:3210', 'notExecuted', true],
		['ECONNREFUSED', 'read ECONNREFUSED', 'unknown', false],
		['ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:443', 'notExecuted', true],
		['ETIMEDOUT', 'read ETIMEDOUT', 'unknown', false],
		['ECONNRESET', 'socket hang up', 'unknown', false],
	])('says whether a mutation may have run: %s, %s', (code, message, outcome, retryable) => {
		const failure = networkFailure('mutation', thrownByOlderN8n(code, message), 1_000);
		expect(failure.details).toMatchObject({ code, outcome, retryable });
	});
});

it('is read as it comes where it is no error of n8n', () => {
	expect(parseRequestError('broken')).toEqual({
		code: undefined,
		systemCall: '',
		server: '',
		message: 'broken',
	});
});

describe('a server that cannot be reached', () => {
	it.each([
		['127.0.0.1:9', 'http://127.0.0.1:3210', true],
		['127.0.0.1:9', 'https://happy-animal-123.convex.cloud', true],
		['10.0.0.1:3210', 'http://127.0.0.1:3210', true],
		['::1:3210', 'http://[::2]:3210', true],
		['proxy.local', 'https://happy-animal-123.convex.cloud', true],
		['127.0.0.1:3210', 'http://127.0.0.1:3210', false],
		['::1:3210', 'http://[::1]:3210', false],
		['::1:3210', 'http://localhost:3210', false],
		['192.0.2.1:443', 'https://happy-animal-123.convex.cloud', false],
		['192.0.2.1:80', 'http://convex.test', false],
		['Happy-animal-123.convex.cloud', 'https://happy-animal-123.convex.cloud', false],
		['', 'https://happy-animal-123.convex.cloud', false],
	])('%j is certainly not that of %s: %s', (server, deploymentUrl, isOther) => {
		expect(isOtherServer(server, deploymentUrl)).toBe(isOther);
	});
});
