import type { Locator, Page } from 'playwright-core';

/** An argument of 'Using Fields Below', as a person adds it. */
export interface TypedArgument {
	name: string;
	/** The words of the list; Automatic unless given. */
	type?: string;
	/** What the field shows already, unless given. */
	value?: string;
}

/** The open node in n8n's editor: its form and what it put out. */
export class NodeForm {
	/** The form of a function's own arguments. */
	readonly mapper: Locator;

	/** The sentence in the place of a form without fields. */
	readonly notice: Locator;

	/** The fields of 'Using Fields Below'. */
	readonly fields: Locator;

	readonly output: Locator;

	private readonly form: Locator;

	constructor(private readonly page: Page) {
		this.form = page.getByTestId('node-parameters');
		this.mapper = this.form.getByTestId('resource-mapper-container');
		this.notice = this.mapper.getByTestId('empty-fields-notice');
		this.fields = this.form.getByTestId('fixed-collection-argumentFields');
		this.output = page.getByTestId('output-panel');
	}

	input(name: string): Locator {
		return this.form.getByTestId(`parameter-input-${name}`);
	}

	/** Chooses from a list. */
	async choose(name: string, choice: string): Promise<void> {
		await this.chooseIn(this.input(name), choice);
	}

	async switchOn(name: string): Promise<void> {
		await this.input(name).locator('.el-switch').click();
	}

	/** Types into a field of one line. */
	async fill(name: string, value: string): Promise<void> {
		await this.input(name).locator('input').fill(value);
	}

	/** Types into a field for JSON, an editor of its own. */
	async fillJson(name: string, value: string): Promise<void> {
		await this.input(name).locator('.cm-content').fill(value);
	}

	/** Chooses a function from the deployment's list. */
	async pickFunction(path: string): Promise<void> {
		await this.form.getByTestId('rlc-input').click();
		await this.page.getByTestId('rlc-search').fill(path);
		await this.page.getByTestId('rlc-item').getByText(path, { exact: true }).click();
	}

	/** Types a function's path, in the mode 'By Path'. */
	async typeFunction(path: string): Promise<void> {
		const locator = this.form.getByTestId('resource-locator-functionPath');
		const byPath = locator.locator('[data-test-id=rlc-input-container] input');
		await this.form.getByTestId('rlc-mode-selector').click();
		await this.page.getByTestId('mode-path').click();
		await byPath.fill(path);
	}

	/** Adds an optional argument to the form of a function's own arguments. */
	async addOptional(name: string): Promise<void> {
		await this.mapper.getByTestId('add-fields-select').click();
		await this.page.getByRole('menuitem', { name, exact: true }).click();
		await this.input(name).waitFor();
	}

	/** Adds an argument to those of 'Using Fields Below'. One without a value has to be the last. */
	async addArgument({ name, type, value }: TypedArgument): Promise<void> {
		const names = this.fields.getByTestId('parameter-input-name');
		const index = await names.count();
		await this.form.getByTestId('fixed-collection-add').click();
		await names.nth(index).locator('input').fill(name);
		if (type !== undefined) {
			await this.chooseIn(this.fields.getByTestId('parameter-input-type').nth(index), type);
		}
		if (value === undefined) return;
		const input = this.fields.getByTestId('parameter-input-value').nth(index);
		if (type === 'Boolean') return await this.chooseIn(input, value);
		await input
			.locator(type === 'Object' || type === 'Array' ? '.cm-content' : 'input')
			.fill(value);
		// A date is taken over with Enter, other values as they are typed.
		if (type === 'Date') await input.locator('input').press('Enter');
	}

	async execute(): Promise<void> {
		await this.page.getByTestId('node-execute-button').click();
	}

	/** Waits until the output shows a text. */
	async shows(text: string | RegExp): Promise<void> {
		await this.output.getByText(text).first().waitFor();
	}

	private async chooseIn(list: Locator, choice: string): Promise<void> {
		await list.click();
		const choices = this.page.locator('.el-select-dropdown__item:visible');
		await choices.getByText(choice, { exact: true }).first().click();
	}
}
