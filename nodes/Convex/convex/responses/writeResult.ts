import { ADVICE, type AdviceTable, type AdvisedReason } from '../advice';
import { ConvexFailure, type FailureDetails } from '../failure';
import { KNOWN_THROWS } from '../failures/knownFailures';
import { isPlainObject } from '../values/plainObject';
import type { FunctionResult } from './functionResponse';

/** What helps with a document that Convex refused, where it is not the same as with a function. */
const DOCUMENT_ADVICE = {
	...ADVICE,
	schemaMismatch:
		"The document does not match the table's schema in convex/schema.ts. Compare 'Fields' with it. It was not written.",
	valueTooLarge:
		'A document has 1 MiB at most, and 16 levels of arrays and objects. Write less per document. It was not written.',
	limitExceeded:
		'It was more than Convex reads and changes in one transaction, which its message tells more of. Nothing of it was written.',
} satisfies AdviceTable;

const REFUSED_HELP =
	'Convex refused what was to be written, and its message says why. Nothing of it was written.';

/** What stands before the text of an error. */
const UNCAUGHT = /^Uncaught (?:Type)?Error: /;

/** What comes of a document that somebody deletes between the check of its ID and the change. */
const GONE =
	/^(?:Cannot read propert(?:y|ies) of null|Document does not exist|(?:Update|Replace|Delete) on nonexistent document|Table for ID )/;

/**
 * Reads what a system function that writes documents answered. They report some refusals as a result
 * (`{success: false, error}`, frontend/addDocument.ts and others), and those of the schema as a
 * ConvexError, which is Convex's own and not the app's.
 */
export function writeResult(result: FunctionResult): FunctionResult {
	if (result.status === 'failure') {
		const { failure } = result;
		if (failure.reason === 'convexError' && typeof failure.details.errorData === 'string') {
			return refused(failure.details.errorData, failure);
		}
		const { kind, outcome } = failure.details;
		const isThrown = kind === 'function' && outcome === 'failed' && failure.reason !== 'hidden';
		return isThrown ? refused(failure.message.replace(UNCAUGHT, ''), failure) : result;
	}
	const { value } = result;
	if (!isPlainObject(value) || value.success !== false) return result;
	const details = { kind: 'function', retryable: false, outcome: 'failed' } as const;
	const text = typeof value.error === 'string' ? value.error : 'Convex refused the change';
	return refused(text, new ConvexFailure(text, '', details));
}

function refused(text: string, { details }: ConvexFailure): FunctionResult {
	const known: FailureDetails = { ...details, kind: 'function' };
	// It is the same text once more.
	delete known.errorData;
	const reason = reasonOf(text);
	const advice = reason === undefined ? REFUSED_HELP : DOCUMENT_ADVICE[reason];
	const failure = new ConvexFailure(text, advice, known, reason);
	return { status: 'failure', failure };
}

function reasonOf(text: string): AdvisedReason | undefined {
	if (GONE.test(text)) return 'documentNotFound';
	return KNOWN_THROWS.find((known) => known.text.test(text))?.reason;
}
