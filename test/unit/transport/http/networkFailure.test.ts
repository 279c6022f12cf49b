import type { FailureOutcome } from '../../../../nodes/Convex/convex/failure';
import type { FunctionOperation } from '../../../../nodes/Convex/convex/functions/functionCall';
import { networkFailure } from '../../../../nodes/Convex/transport/http/networkFailure';

const OPERATIONS: FunctionOperation[] = ['query', 'mutation', 'action', 'run'];
const TIMEOUT_MS = 300_000;

interface Fault {
	code: string;
	/** What the operating system was asked to do, where it was one of its calls that failed. */
	syscall?: string;
}

/** What n8n's request helper throws: its own error, whose cause is axios' error, whose cause is Node's. */
function thrown({ code, syscall }: Fault): Error {
	const text = `${syscall ?? 'request'} ${code}`;
	const ofNode = Object.assign(new Error(text), {
		code,
		...(syscall !== undefined && { syscall }),
	});
	return passedOn(ofNode, code);
}

function passedOn(ofNode: Error, code: string): Error {
	const ofAxios = Object.assign(new Error(ofNode.message, { cause: ofNode }), { code });
	return new Error("n8n's own words", { cause: ofAxios });
}

const failureOf = (operation: FunctionOperation, fault: Fault) =>
	networkFailure(operation, thrown(fault), TIMEOUT_MS);

/** Expects of each operation whether it may be sent again, and what became of it. */
function expectFates(
	error: unknown,
	outcome: FailureOutcome,
	retryable: Record<'query' | 'other', boolean>,
): void {
	for (const operation of OPERATIONS) {
		const { details } = networkFailure(operation, error, TIMEOUT_MS);
		expect([operation, details.outcome, details.retryable]).toEqual([
			operation,
			outcome,
			operation === 'query' ? retryable.query : retryable.other,
		]);
		expect(details.kind).toBe('network');
	}
}

const ALL = { query: true, other: true };
const QUERIES = { query: true, other: false };
const NONE = { query: false, other: false };

describe('a connection that could not be made', () => {
	it.each<[code: string, syscall: string, message: RegExp]>([
		['ECONNREFUSED', 'connect', /the connection was refused$/],
		['EAI_AGAIN', 'getaddrinfo', /could not be looked up$/],
		['EHOSTUNREACH', 'connect', /no route to the host$/],
		['ENETUNREACH', 'connect', /no network$/],
		['ETIMEDOUT', 'connect', /connecting took too long$/],
		['EAI_FAIL', 'getaddrinfo', /could not be looked up$/],
		['ECONNRESET', 'connect', /^The connection broke/],
		// n8n has too many files open, or too few ports left, or a firewall of its own.
		['EMFILE', 'connect', /^There was no answer from the deployment: connect EMFILE$/],
		['EADDRNOTAVAIL', 'connect', /: connect EADDRNOTAVAIL$/],
		['EPERM', 'connect', /: connect EPERM$/],
	])('may be tried again, whatever was to be called: %s', (code, syscall, message) => {
		expect(failureOf('mutation', { code, syscall }).message).toMatch(message);
		expect(failureOf('mutation', { code, syscall }).details.code).toBe(code);
		expectFates(thrown({ code, syscall }), 'notExecuted', ALL);
	});

	it.each<[code: string, syscall: string | undefined, message: RegExp]>([
		['ENOTFOUND', 'getaddrinfo', /host name does not exist$/],
		// Node sees in the first bytes it gets that it does not talk to TLS.
		['EPROTO', 'write', /^No secure connection could be made/],
		['CERT_HAS_EXPIRED', undefined, /certificate is not trusted$/],
		['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, /certificate is not trusted$/],
		['SELF_SIGNED_CERT_IN_CHAIN', undefined, /certificate is not trusted$/],
		['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, /certificate is not trusted$/],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined, /certificate is not trusted$/],
		['INVALID_PURPOSE', undefined, /certificate is not trusted$/],
		['INVALID_CA', undefined, /certificate is not trusted$/],
		['PATH_LENGTH_EXCEEDED', undefined, /certificate is not trusted$/],
		['HOSTNAME_MISMATCH', undefined, /certificate is not trusted$/],
		['CRL_HAS_EXPIRED', undefined, /certificate is not trusted$/],
		['UNABLE_TO_DECRYPT_CERT_SIGNATURE', undefined, /certificate is not trusted$/],
		['ERROR_IN_CERT_NOT_BEFORE_FIELD', undefined, /certificate is not trusted$/],
		['ERR_TLS_CERT_ALTNAME_INVALID', undefined, /certificate is not trusted$/],
	])('for a reason that lasts is not tried again: %s', (code, syscall, message) => {
		const fault = { code, ...(syscall !== undefined && { syscall }) };
		expect(failureOf('query', fault).message).toMatch(message);
		expectFates(thrown(fault), 'notExecuted', NONE);
	});

	it.each([
		['ECONNREFUSED', 'connect', '127.0.0.1:9'],
		['ETIMEDOUT', 'connect', '192.0.2.1:8080'],
		['ENOTFOUND', 'getaddrinfo', 'proxy.local'],
	])('to the proxy names the proxy, and not the deployment: %s', (code, syscall, server) => {
		const ofNode = Object.assign(new Error(`${syscall} ${code} ${server}`), { code, syscall });
		const url = 'https://happy-animal-123.convex.cloud';
		const failure = networkFailure('mutation', passedOn(ofNode, code), TIMEOUT_MS, url);
		expect(failure.message).toBe(`n8n's proxy (${server}) cannot be reached`);
		expect(failure.description).toMatch(/n8n's proxy settings name \(HTTPS_PROXY, HTTP_PROXY\)/);
		expect(failure.details).toMatchObject({ code, outcome: 'notExecuted' });
		const ownUrl = syscall === 'connect' ? `http://${server}` : `https://${server}`;
		const own = networkFailure('mutation', passedOn(ofNode, code), TIMEOUT_MS, ownUrl);
		expect(own.message).not.toMatch(/proxy/);
	});

	it('before it was secure sent nothing', () => {
		const text = 'Client network socket disconnected before secure TLS connection was established';
		const error = passedOn(Object.assign(new Error(text), { code: 'ECONNRESET' }), 'ECONNRESET');
		const failure = networkFailure('mutation', error, TIMEOUT_MS);
		expect(failure.message).toBe('The connection broke before it was secure');
		expectFates(error, 'notExecuted', ALL);
	});

	it.each([
		['ECONNREFUSED', /the connection was refused$/],
		['ETIMEDOUT', /connecting took too long$/],
	])('to any address of the host sent nothing: %s', (code, message) => {
		const attempts = ['::1', '127.0.0.1'].map((address) =>
			Object.assign(new Error(`connect ${code} ${address}`), { code, syscall: 'connect', address }),
		);
		// Node tries the addresses of a host one after another.
		const ofNode = Object.assign(new AggregateError(attempts, ''), { code });
		const error = passedOn(ofNode, code);
		expect(networkFailure('mutation', error, TIMEOUT_MS).message).toMatch(message);
		expectFates(error, 'notExecuted', ALL);
	});
});

describe('a connection that broke', () => {
	it.each<Fault>([
		{ code: 'ECONNRESET' },
		{ code: 'ECONNRESET', syscall: 'read' },
		{ code: 'ECONNRESET', syscall: 'write' },
		{ code: 'EPIPE', syscall: 'write' },
	])('leaves it open what ran: %j', (fault) => {
		expect(failureOf('mutation', fault).message).toMatch(/^The connection broke/);
		expectFates(thrown(fault), 'unknown', QUERIES);
	});

	it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNREFUSED'])(
		'of a request in flight leaves it open what ran, also with a fault that is otherwise one of connecting: %s',
		(code) => {
			for (const syscall of ['read', 'write']) {
				expectFates(thrown({ code, syscall }), 'unknown', QUERIES);
			}
		},
	);
});

describe('an answer that did not come', () => {
	it.each(['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'])('in time says so: %s', (code) => {
		const failure = networkFailure('action', thrown({ code }), 1_500);
		expect(failure.message).toBe('The deployment did not answer within 1500 ms');
		expect(failure.description).toMatch(/^Raise 'Timeout' in the node's options/);
		expectFates(thrown({ code }), 'unknown', QUERIES);
	});

	it.each([
		'HPE_INVALID_CONSTANT',
		'HPE_HEADER_OVERFLOW',
		'Z_DATA_ERROR',
		'ERR__ERROR_FORMAT_PADDING_1',
		'ERR_BROTLI_DECODER_ERROR_UNREACHABLE',
		'ZSTD_error_prefix_unknown',
	])('because what came cannot be read says so: %s', (code) => {
		const failure = failureOf('mutation', { code });
		expect(failure.message).toBe('Something came that is not a readable HTTP answer');
		expect(failure.description).toMatch(/^A proxy, a firewall or another server answered/);
		expectFates(thrown({ code }), 'unknown', QUERIES);
	});

	it('because its compressed text ends too early is one that broke', () => {
		expect(failureOf('query', { code: 'Z_BUF_ERROR' }).message).toMatch(/^The connection broke/);
	});

	it.each([
		[
			'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
			/wants a client certificate, and n8n sends none$/,
		],
		['ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', /^The secure connection to the deployment URL broke$/],
	])('because the secure connection ended says so in plain words: %s', (code, message) => {
		expect(failureOf('mutation', { code }).message).toMatch(message);
		expectFates(thrown({ code }), 'unknown', QUERIES);
	});

	it('because the execution was cancelled says so', () => {
		const failure = failureOf('mutation', { code: 'ERR_CANCELED' });
		expect(failure.message).toBe(
			"The execution was cancelled during the call, by a user or by the workflow's time limit",
		);
		expect(failure.description).toMatch(/in the workflow's settings \('Timeout Workflow'\)/);
		expectFates(thrown({ code: 'ERR_CANCELED' }), 'unknown', QUERIES);
	});

	it('for an unknown reason names it, and leaves it open what ran', () => {
		const failure = failureOf('mutation', { code: 'ENEW', syscall: 'read' });
		expect(failure.message).toBe('There was no answer from the deployment: read ENEW');
		expect(failure.details.code).toBe('ENEW');
		expectFates(thrown({ code: 'ENEW' }), 'unknown', QUERIES);
	});

	it.each<[unknown, string]>([
		[new Error('boom'), 'boom'],
		[new Error('outer', { cause: new Error('inner') }), 'inner'],
		[new Error('outer', { cause: 'no error' }), 'outer'],
		['just text', 'just text'],
		[new Error('error:0A:\nSSL routines\n'), 'error:0A: SSL routines'],
		[undefined, 'undefined'],
		[Object.assign(new Error('boom'), { code: 7, syscall: 8 }), 'boom'],
	])('is in the message, whatever is thrown: %p', (error, text) => {
		const failure = networkFailure('query', error, TIMEOUT_MS);
		expect(failure.message).toBe(`There was no answer from the deployment: ${text}`);
		expect(failure.details).toEqual({ kind: 'network', retryable: true, outcome: 'unknown' });
	});
});
