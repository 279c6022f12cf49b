/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- runs in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** n8n writes its log into a file of the tests' own, which `readLog` reads. */
Object.assign(process.env, {
	N8N_LOG_LEVEL: 'error',
	N8N_LOG_OUTPUT: 'file',
	N8N_LOG_FILE_LOCATION: join(process.env.TESTS_FOLDER ?? tmpdir(), `${randomUUID()}.log`),
});
