/** What something that was thrown says of itself, whatever it is. */
export function thrownText(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}
