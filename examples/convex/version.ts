import { query } from './_generated/server';

export default query({ args: {}, handler: async () => '1.0' });
