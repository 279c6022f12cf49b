/** A failure of the platform, not of a function: any HTTP status with `{code, message}` as its body. */
export class PlatformFailure extends Error {
	constructor(
		readonly httpStatus: number,
		readonly code: string,
		message: string,
	) {
		super(message);
	}
}

export const badDeployKey = () =>
	new PlatformFailure(
		403,
		'BadDeployKey',
		'The provided deploy key was invalid for this deployment. Double check that the environment this key was generated for matches the desired deployment.',
	);

/** What clients are sent for errors that are not theirs: INTERNAL_SERVER_ERROR_MSG of crates/errors/src/lib.rs. */
export const internalServerError = (httpStatus: 500 | 503) =>
	new PlatformFailure(
		httpStatus,
		'InternalServerError',
		"Your request couldn't be completed. Try again later.",
	);
