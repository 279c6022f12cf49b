import { inputFailure, type ConvexFailure } from '../failure';

/** A field of that name, in JSON. In a text, its quotes are escaped. */
const PROTOTYPE_FIELD = '"__proto__":';

/**
 * Why a live connection does not carry arguments: Convex's own client takes a field called `__proto__` for
 * the prototype of its object, and then leaves it out or refuses the call (convex-js src/values/value.ts).
 *
 * @param json the arguments, or a part of them
 * @param instead what else helps than another name, to follow a comma; nothing unless given
 * @returns undefined for arguments that it carries
 */
export function refusedByClient(json: string, instead = ''): ConvexFailure | undefined {
	if (!json.includes(PROTOTYPE_FIELD)) return undefined;
	return inputFailure(
		"The arguments have a field called '__proto__', which a live connection (WebSocket) does not carry",
		`Rename the field, or leave it out${instead}.`,
	);
}
