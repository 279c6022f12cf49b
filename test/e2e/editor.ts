import type { Page } from 'playwright-core';
import { OWNER } from './n8nApi';

/** The first keys of a fast burst get lost in the node panel. */
const TYPING_DELAY_MS = 100;
/** What n8n found before its nodes were loaded, it does not look for again by itself. */
const SEARCH_TIMEOUT_MS = 15_000;
const MAX_SEARCHES = 5;
const ANIMATION_MS = 1000;

/** n8n's editor, as a person uses it. */
export class Editor {
	constructor(
		private readonly page: Page,
		private readonly url: string,
	) {}

	async signIn(): Promise<void> {
		await this.page.goto(`${this.url}/signin`);
		await this.page.locator('input[type=email]').fill(OWNER.email);
		await this.page.locator('input[type=password]').fill(OWNER.password);
		await this.page.keyboard.press('Enter');
		await this.page.waitForURL((url) => !url.pathname.startsWith('/signin'));
	}

	async openNewWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.page.getByTestId('canvas-plus-button').waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/**
	 * Shows a workflow as a link of n8n does, without loading the editor another time, which takes
	 * seconds. No workflow has to be shown so far.
	 */
	async showWorkflow(id: string): Promise<void> {
		const path = `/workflow/${id}`;
		if (!new URL(this.page.url()).pathname.startsWith('/workflow/')) {
			return await this.openWorkflow(id);
		}
		// As the browser's back button does, which n8n's router follows.
		await this.page.evaluate(
			`history.pushState(history.state, '', ${JSON.stringify(path)});
			dispatchEvent(new PopStateEvent('popstate', { state: history.state }));`,
		);
		await this.page.getByTestId('ndv').waitFor({ state: 'detached' });
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** Searches the node panel until a node stands first; in a new page while n8n has not loaded its nodes. */
	async searchNode(name: string): Promise<void> {
		for (let attempt = 1; attempt <= MAX_SEARCHES; attempt++) {
			await this.page.getByTestId('canvas-plus-button').click();
			const search = this.page.getByTestId('node-creator').locator('input');
			await search.waitFor();
			await search.pressSequentially(name, { delay: TYPING_DELAY_MS });
			if (await this.standsFirst(name)) return;
			await this.page.reload();
		}
		throw new Error(`The node panel does not show '${name}'`);
	}

	private async standsFirst(name: string): Promise<boolean> {
		const first = this.page.getByTestId('node-creator-item-name').first();
		const found = first.filter({ hasText: name }).waitFor({ timeout: SEARCH_TIMEOUT_MS });
		return await found.then(
			() => true,
			() => false,
		);
	}

	/** Opens the first node that was found, and the list of what it can do. */
	async showActions(): Promise<void> {
		await this.page.getByTestId('node-creator-item-name').first().click();
		const categories = this.page.getByTestId('node-creator-category-item');
		await categories.filter({ hasText: 'Actions' }).click();
		await this.page.getByText('Run query function').waitFor();
	}

	/** Fills in a new credential, saves it, and waits until its test accepts it. */
	async createCredential(type: string, fields: Record<string, string>): Promise<void> {
		await this.openNewCredential(type);
		await this.saveCredential(fields);
		await this.credentialIsAccepted();
	}

	async openNewCredential(type: string): Promise<void> {
		await this.page.goto(`${this.url}/home/credentials/create`);
		await this.page.getByTestId('new-credential-type-select').locator('input').fill(type);
		await this.page.getByText(type, { exact: true }).last().click();
		await this.page.getByTestId('new-credential-type-button').click();
	}

	/** Fills in the open credential and saves it, which tests it. */
	async saveCredential(fields: Record<string, string>): Promise<void> {
		for (const [name, value] of Object.entries(fields)) {
			await this.page.getByTestId(`parameter-input-${name}`).locator('input').fill(value);
		}
		await this.page.getByTestId('credential-save-button').click();
	}

	async credentialIsAccepted(): Promise<void> {
		await this.page.getByTestId('credentials-config-container-test-success').waitFor();
	}

	/** Unfolds why the open credential was refused, and waits until that contains a text. */
	async credentialIsRefused(text: string): Promise<void> {
		const dialog = this.page.getByTestId('credential-edit-dialog');
		const details = dialog.getByText('More details');
		const reason = dialog.getByText(text);
		// Once unfolded, n8n shows the next reason at once.
		await details.or(reason).first().waitFor();
		if (await details.isVisible()) await details.click();
		await reason.waitFor();
	}

	/** Publishes the open workflow. */
	async publish(): Promise<void> {
		await this.page.getByTestId('workflow-open-publish-modal-button').click();
		await this.page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
	}

	/** Runs the open workflow and waits for its end. */
	async execute(): Promise<void> {
		await this.page.getByTestId('execute-workflow-button').first().click();
		await this.page.getByTestId('clear-execution-data-button').waitFor();
	}

	/** Waits until n8n's messages in the corner are gone and nothing moves any more. */
	async settle(): Promise<void> {
		for (const close of await this.page.locator('.el-notification__closeBtn').all()) {
			await close.click().catch(() => undefined);
		}
		await this.page.locator('.el-notification').first().waitFor({ state: 'detached' });
		await this.page.waitForTimeout(ANIMATION_MS);
	}

	async openNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`).dblclick();
		await this.page.getByTestId('ndv').waitFor();
	}

	/** Opens the list of functions of the open node. */
	async openFunctionList(): Promise<void> {
		await this.page.getByTestId('rlc-input').first().click();
		await this.page.getByTestId('rlc-item').first().waitFor();
	}

	/** Unfolds what n8n shows of a failed node's answer. */
	async showErrorDetails(): Promise<void> {
		await this.page.getByText('From Convex').click();
	}

	async closeNode(): Promise<void> {
		await this.page.keyboard.press('Escape');
	}
}
