const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;

/** A time as a failure names it: `1 minute`, `90 seconds`, `500 milliseconds`. */
export function durationInWords(ms: number): string {
	const [unit, count] =
		ms % MS_PER_MINUTE === 0
			? ['minute', ms / MS_PER_MINUTE]
			: ms % MS_PER_SECOND === 0
				? ['second', ms / MS_PER_SECOND]
				: ['millisecond', ms];
	return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
