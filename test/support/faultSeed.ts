/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */

/** What goes wrong in a test follows from it alone. Another one: `FAULT_SEED=7 npx jest faultRounds` */
export const FAULT_SEED = Number(process.env.FAULT_SEED ?? 1);
