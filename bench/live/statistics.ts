/** The smallest value that at least this share of the values does not exceed. */
export function quantile(values: number[], share: number): number {
	const sorted = values.toSorted((one, other) => one - other);
	const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
	if (value === undefined) throw new Error('no values');
	return value;
}

export function median(values: number[]): number {
	return quantile(values, 0.5);
}
