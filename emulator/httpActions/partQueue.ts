/** The parts of a body between who makes and who sends them: what came before a failure is still sent. */
export class PartQueue implements AsyncIterable<Buffer> {
	private parts: Buffer[] = [];

	private state: 'open' | 'ended' | { error: unknown } = 'open';

	private onChange: () => void = () => {};

	push(part: Buffer): void {
		this.parts.push(part);
		this.onChange();
	}

	end(): void {
		this.state = 'ended';
		this.onChange();
	}

	fail(error: unknown): void {
		this.state = { error };
		this.onChange();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
		for (;;) {
			for (let part = this.parts.shift(); part !== undefined; part = this.parts.shift()) yield part;
			if (this.state === 'ended') return;
			if (this.state !== 'open') throw this.state.error;
			await new Promise<void>((resolve) => (this.onChange = resolve));
		}
	}
}
