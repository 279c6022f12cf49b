const BYTES_PER_MEGABYTE = 1_000_000;
const BYTES_PER_KILOBYTE = 1000;

export function milliseconds(value: number): string {
	if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
	return value >= 100 ? `${count(value)} ms` : `${value.toFixed(1)} ms`;
}

export function megabytes(bytes: number): string {
	return `${count(bytes / BYTES_PER_MEGABYTE)} MB`;
}

export function kilobytes(bytes: number): string {
	return `${count(bytes / BYTES_PER_KILOBYTE)} kB`;
}

export function count(value: number): string {
	return Math.round(value).toLocaleString('en-US');
}

export function ratio(value: number): string {
	return `${value >= 10 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2)}×`;
}
