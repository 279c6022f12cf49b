import { defineApp } from 'convex/server';
import parts from '../parts/convex.config';

const app = defineApp();
app.use(parts);
app.use(parts, { name: 'spareParts' });

export default app;
