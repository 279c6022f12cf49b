/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/require-node-api-error -- runs in Node, not in n8n */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Certificate {
	key: string;
	certificate: string;
}

/** Makes a certificate for 127.0.0.1, valid for a day, and gives its files. */
export function makeCertificate(folder: string): Certificate {
	const key = join(folder, 'key.pem');
	const certificate = join(folder, 'certificate.pem');
	const options = [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
		...['-keyout', key, '-out', certificate, '-days', '1'],
		...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
	];
	try {
		execFileSync('openssl', options, { stdio: ['ignore', 'ignore', 'pipe'] });
	} catch (error) {
		throw new Error('The server with TLS needs a certificate: install openssl', { cause: error });
	}
	return { key, certificate };
}
