/** Numbers that follow from a seed (mulberry32). */
export class Random {
	private state: number;

	/** @param purpose what they are for: others get others of the same seed */
	constructor(seed: number, purpose: string) {
		this.state = [...purpose].reduce(
			(state, character) => Math.imul(state, 31) + (character.codePointAt(0) ?? 0),
			seed,
		);
	}

	/** From 0 up to 1. */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) | 0;
		let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	}

	/** From `min` to `max`. */
	whole(min: number, max: number): number {
		return min + Math.floor(this.next() * (max - min + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	/** One of them, the more often the greater its weight. */
	pick<Choice>(choices: ReadonlyArray<{ weight: number; choice: Choice }>): Choice {
		let left = this.next() * choices.reduce((sum, { weight }) => sum + weight, 0);
		const found = choices.find(({ weight }) => (left -= weight) < 0) ?? choices[0];
		if (found === undefined) throw new Error('nothing to pick from');
		return found.choice;
	}
}
