import { convexToJson, type Value } from 'convex/values';
import { warn } from './logLines';
import { BackendFailure } from './nestedCalls';
import { PlatformFailure } from './platformFailure';
import { validationError, type TableOfId, type ValidatorJson } from './validation';
import { sizeError, sizeWarning, surrogateError, valueError } from './valueLimits';

/**
 * What the backend checks of each call, called by a client or by a function: crates/udf/src/helpers.rs,
 * crates/isolate/src/helpers.rs.
 */
export class CallChecks {
	constructor(
		/** As it stands in errors: `messages.js:list`. */
		private readonly path: string,
		private readonly isAction: boolean,
		private readonly tableOfId: TableOfId,
	) {}

	/** @throws BackendFailure when the function cannot be called with these arguments */
	checkArguments(input: Value, validator: ValidatorJson): void {
		const problem = valueError(convexToJson(input));
		if (problem !== undefined) {
			throw new BackendFailure(`Invalid arguments for ${this.path}: ${problem}`);
		}
		const tooLarge = sizeError([input]);
		if (tooLarge !== undefined) {
			throw new BackendFailure(`Arguments for ${this.path} are ${tooLarge}`);
		}
		const invalid = validationError(validator, input, this.tableOfId);
		if (invalid !== undefined) throw new BackendFailure(`ArgumentValidationError: ${invalid}`);
		this.warnOfSize([input], 'arguments');
	}

	/**
	 * @throws BackendFailure when the function cannot return this, PlatformFailure for text that is not
	 * Unicode
	 */
	checkResult(result: Value, validator: ValidatorJson | null): void {
		const encoded = convexToJson(result);
		const notUnicode = surrogateError(JSON.stringify(encoded));
		if (notUnicode !== undefined) {
			throw new PlatformFailure(
				400,
				'FunctionReturnInvalidJson',
				`Function ${this.path} failed. Could not parse return value as json: ${notUnicode}`,
			);
		}
		const problem = valueError(encoded);
		if (problem !== undefined) {
			throw new BackendFailure(`Function ${this.path} return value invalid: ${problem}`);
		}
		const tooLarge = sizeError(result);
		if (tooLarge !== undefined) {
			throw new BackendFailure(`Function ${this.path} return value is ${tooLarge}`);
		}
		const invalid =
			validator === null ? undefined : validationError(validator, result, this.tableOfId);
		if (invalid !== undefined) throw new BackendFailure(`ReturnsValidationError: ${invalid}`);
		this.warnOfSize(result, 'return value');
	}

	private warnOfSize(value: Value, what: string): void {
		const warning = sizeWarning(value, `${this.isAction ? 'action' : 'function'} ${what}`);
		if (warning !== undefined) warn(warning);
	}
}
