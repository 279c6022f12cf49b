import type { ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import {
	chooseOtherArguments,
	isFormFilledIn,
	otherFormArguments,
	readFormListArgument,
	readFormPagination,
	readFormTarget,
} from '../parameters/formParameters';
import { adviseInstead, readSignature } from '../transport/http/functionSignature';
import type { ArgumentsValidator } from '../convex/functions/functionSpec';
import { requiredFirst, type ObjectValidator } from '../convex/values/validator';
import { elementFields, elementOf } from '../convex/functions/listArgument';
import { PAGINATION_ARGUMENT } from '../convex/responses/pageWalk';
import { openCaller } from '../transport/caller';
import { toEditorError, toFailure } from '../transport/nodeError';
import { toFormField } from './formField';

export { getDocumentFields } from './documentForm';

/** The form of a function's arguments, made from its own validator. */
export async function getArguments(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	try {
		const target = readFormTarget(this);
		const listArgument = readFormListArgument(this);
		const asked = readSignature(this, await openCaller(this), target);
		const { args } = await asked.catch(adviseInstead(() => `set ${otherFormArguments(this)}`));
		const shown = listArgument === undefined ? args : elementFields(elementOf(args, listArgument));
		if (shown.type === 'object') {
			return formOf(shown, listArgument === undefined && readFormPagination(this));
		}
		return { fields: [], emptyFieldsNotice: `${whyNoForm(args)} ${chooseOtherArguments(this)}` };
	} catch (error) {
		const failure = toFailure(error);
		// The editor shows no more of an error than that there is one. But fields that are filled in
		// would be lost with the form.
		if (failure.details.kind === 'input' && !isFormFilledIn(this)) {
			return { fields: [], emptyFieldsNotice: failure.sentences };
		}
		throw toEditorError(this.getNode(), failure);
	}
}

/** Why there are no fields to show, where the arguments or the elements of a list have none of their own. */
function whyNoForm({ type }: ArgumentsValidator): string {
	return type === 'object'
		? 'The elements of the list may be anything.'
		: 'This function declares no arguments, so it takes any.';
}

function formOf({ fields }: ObjectValidator, isPaginated: boolean): ResourceMapperFields {
	const isFilledInByNode = (name: string) => isPaginated && name === PAGINATION_ARGUMENT;
	const shown = requiredFirst(fields).filter(([name]) => !isFilledInByNode(name));
	if (shown.length > 0) return { fields: shown.map(([name, field]) => toFormField(name, field)) };
	const others = fields.size === 0 ? '' : ` but '${PAGINATION_ARGUMENT}', which the node fills in`;
	return { fields: [], emptyFieldsNotice: `This function takes no arguments${others}.` };
}
