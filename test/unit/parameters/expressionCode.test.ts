import { makesJson } from '../../../nodes/Convex/parameters/expressionCode';

it.each([
	['{{ JSON.stringify($json.v) }}', 'always'],
	['{{JSON.stringify({ a: [$json.v, ")"] }, null, 2)}}', 'always'],
	['{{ $json.v.toJsonString() }}', 'always'],
	["{{ $('Get').item?.json['a b'].toJsonString() }}", 'always'],
	['{{ $json.v }}', 'never'],
	['{{ $json.v /* JSON.stringify */ }}', 'never'],
	['{{ $json.b ? JSON.stringify($json.v) : $json.v }}', 'perhaps'],
	['{{ JSON.stringify($json.v) + $json.w }}', 'perhaps'],
	['{{ JSON.stringify($json.v) || $json.w }}', 'perhaps'],
	['{{ $json.w ?? $json.v.toJsonString() }}', 'perhaps'],
	['{{ $json.b ? $json.w : $json.v.toJsonString() }}', 'perhaps'],
	['{{ (() => JSON.stringify($json.v))() }}', 'perhaps'],
	['{{ JSON.stringify($json.v)) }}', 'perhaps'],
	['{{ JSON.stringify(`${$json.v} (`) }}', 'perhaps'],
])('an expression makes JSON: %s, %s', (expression, expected) => {
	expect(makesJson(expression)).toBe(expected);
});
