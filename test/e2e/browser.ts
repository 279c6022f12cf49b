/* eslint-disable @n8n/community-nodes/no-restricted-globals -- runs in Node, not in n8n */
import { chromium, selectors, type Browser, type Page } from 'playwright-core';
import { Editor } from './editor';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** How long to wait for an element. A busy machine takes half a minute to load the editor. */
const TIMEOUT_MS = 100_000;

/** What a browser needs in a sandbox, as root and without a network. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export interface OpenEditor {
	browser: Browser;
	page: Page;
	editor: Editor;
}

/** Opens an n8n in a browser and signs in. */
export async function openEditor(
	n8nUrl: string,
	viewport: { width: number; height: number },
): Promise<OpenEditor> {
	selectors.setTestIdAttribute('data-test-id');
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
	const page = await browser.newPage({ viewport });
	page.setDefaultTimeout(TIMEOUT_MS);
	const editor = new Editor(page, n8nUrl);
	await editor.signIn();
	return { browser, page, editor };
}
