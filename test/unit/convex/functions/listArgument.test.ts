import {
	elementFields,
	elementOf,
	elementOfFields,
	listArguments,
	withoutListArgument,
} from '../../../../nodes/Convex/convex/functions/listArgument';
import {
	ANY_VALIDATOR,
	describeValidator,
	parseValidator,
	type Validator,
} from '../../../../nodes/Convex/convex/values/validator';
import { expectRefusal } from '../../refusal';

const STRING = { type: 'string' };
const arrayOf = (value: unknown) => ({ type: 'array', value });
const unionOf = (...value: unknown[]) => ({ type: 'union', value });

/** The validator of a function with these arguments, as the deployment writes them. */
function declaring(args: Record<string, unknown>): Validator {
	const fields = Object.entries(args).map(([name, fieldType]) => [
		name,
		{ fieldType, optional: false },
	]);
	return parseValidator({ type: 'object', value: Object.fromEntries(fields) });
}

const ARGS = declaring({
	texts: arrayOf(STRING),
	perhaps: unionOf({ type: 'null' }, arrayOf({ type: 'bigint' })),
	several: unionOf(arrayOf(STRING), unionOf(arrayOf({ type: 'number' }))),
	free: { type: 'any' },
	text: STRING,
	record: { type: 'record', keys: STRING, values: { fieldType: STRING, optional: false } },
	['__proto__']: arrayOf({ type: 'boolean' }),
});

describe('the arguments that take a list', () => {
	it('are arrays, unions with one, and what takes anything', () => {
		const lists = listArguments(ARGS).map(([name, element]) => [name, describeValidator(element)]);
		expect(lists).toEqual([
			['texts', 'string'],
			['perhaps', 'int64'],
			['several', 'string or number'],
			['free', 'any'],
			['__proto__', 'boolean'],
		]);
	});

	it('are not known of a function that declares none', () => {
		expect(listArguments(ANY_VALIDATOR)).toEqual([]);
		expect(elementOf(ANY_VALIDATOR, 'anything')).toEqual(ANY_VALIDATOR);
	});

	it.each(['constructor', 'toString', 'hasOwnProperty', '', 'Texts'])(
		'have no other, such as %j',
		(name) => {
			expectRefusal(
				() => elementOf(ARGS, name),
				`'List Argument' names '${name}', which the function does not take`,
				/^The function takes a list in: 'texts', 'perhaps', 'several', 'free', '__proto__'\.$/,
			);
		},
	);

	it('are none of other types', () => {
		expectRefusal(
			() => elementOf(ARGS, 'text'),
			"'List Argument' names 'text', which takes no list, but: string",
			/takes a list in/,
		);
		expectRefusal(
			() => elementOf(declaring({ text: STRING }), 'text'),
			"'List Argument' names 'text', which takes no list, but: string",
			/no argument that takes a list/,
		);
	});

	it('leave the others beside them', () => {
		const beside = withoutListArgument(ARGS, '__proto__');
		expect(beside.type === 'object' && [...beside.fields.keys()]).toEqual([
			'texts',
			'perhaps',
			'several',
			'free',
			'text',
			'record',
		]);
		expect(withoutListArgument(ANY_VALIDATOR, 'a')).toBe(ANY_VALIDATOR);
	});
});

describe('the form of an element', () => {
	it('has the fields of an object, and one field for anything else', () => {
		const object = declaring({ value: STRING, other: STRING });
		expect(elementFields(object)).toBe(object);
		expect(elementOfFields(object, { value: 'a', other: 'b' })).toEqual({ value: 'a', other: 'b' });
		const text = parseValidator(STRING);
		expect(describeValidator(elementFields(text))).toBe('object {value}');
		expect(elementOfFields(text, { value: 'a' })).toBe('a');
		expect(elementFields(ANY_VALIDATOR)).toBe(ANY_VALIDATOR);
	});
});
