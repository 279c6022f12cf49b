/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
/**
 * n8n reads this as it is loaded. Import it before n8n-core, in a file that has its modules for itself
 * (`@jest-environment node`): it then connects to no private address.
 */
process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
