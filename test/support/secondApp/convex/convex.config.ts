import { defineApp } from 'convex/server';
import parts from '../parts/convex.config';

const app = defineApp();
app.use(parts);
app.use(parts, { name: 'spareParts', httpPrefix: '/spare' });

export default app;
