/* eslint-disable */
/** Generated `api` utility. To regenerate, run `npx convex dev`. */
import type { ApiFromModules, FilterApi, FunctionReference } from 'convex/server';
import type * as admin_reports from '../admin/reports.js';
import type * as boards from '../boards.js';
import type * as counters from '../counters.js';
import type * as credits from '../credits.js';
import type * as documents from '../documents.js';
import type * as failures from '../failures.js';
import type * as files from '../files.js';
import type * as http from '../http.js';
import type * as jobs from '../jobs.js';
import type * as ledger from '../ledger.js';
import type * as logs from '../logs.js';
import type * as orders from '../orders.js';
import type * as pages from '../pages.js';
import type * as tasks from '../tasks.js';
import type * as uploads from '../uploads.js';
import type * as users from '../users.js';
import type * as values from '../values.js';
import type * as version from '../version.js';
import type * as workflows from '../workflows.js';

declare const fullApi: ApiFromModules<{
	'admin/reports': typeof admin_reports;
	boards: typeof boards;
	counters: typeof counters;
	credits: typeof credits;
	documents: typeof documents;
	failures: typeof failures;
	files: typeof files;
	http: typeof http;
	jobs: typeof jobs;
	ledger: typeof ledger;
	logs: typeof logs;
	orders: typeof orders;
	pages: typeof pages;
	tasks: typeof tasks;
	uploads: typeof uploads;
	users: typeof users;
	values: typeof values;
	version: typeof version;
	workflows: typeof workflows;
}>;
export declare const api: FilterApi<typeof fullApi, FunctionReference<any, 'public'>>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<any, 'internal'>>;
