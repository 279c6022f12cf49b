import type { Page } from 'playwright-core';
import { OWNER } from './n8nApi';

/** The first keys of a fast burst get lost in the node panel. */
const TYPING_DELAY_MS = 100;
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

	/** Searches the node panel until a node stands first. */
	async searchNode(name: string): Promise<void> {
		await this.page.getByTestId('canvas-plus-button').click();
		const search = this.page.getByTestId('node-creator').locator('input');
		await search.waitFor();
		await search.pressSequentially(name, { delay: TYPING_DELAY_MS });
		const first = this.page.getByTestId('node-creator-node-item').first();
		await first.filter({ hasText: name }).waitFor();
	}

	/** Fills in a new credential, saves it, and waits for the outcome of its test. */
	async createCredential(type: string, fields: Record<string, string>): Promise<void> {
		await this.page.goto(`${this.url}/home/credentials/create`);
		await this.page.getByTestId('new-credential-type-select').locator('input').fill(type);
		await this.page.getByText(type, { exact: true }).last().click();
		await this.page.getByTestId('new-credential-type-button').click();
		for (const [name, value] of Object.entries(fields)) {
			await this.page.getByTestId(`parameter-input-${name}`).locator('input').fill(value);
		}
		await this.page.getByTestId('credential-save-button').click();
		await this.page.getByTestId('credentials-config-container-test-success').waitFor();
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
