import { makesJson } from '../../../nodes/Convex/parameters/expressionCode';

it.each([
	['{{ JSON.stringify($json.v) }}', 'always'],
	['{{JSON.stringify({ a: [$json.v, ")"] }, null, 2)}}', 'always'],
	['{{ $json.v.toJsonString() }}', 'always'],
	["{{ $('Get').item?.json['a b'].toJsonString() }}", 'always'],
	['{{ $json.v }}', 'never'],
	['{{ $json.v /* JSON.stringify */ }}', 'never'],
	['{{ $json.b ? JSON.stringify($json.v) : $json.v }}', 'perhaps'],
	['{{ JSON.stringify($json.v) || $json.w }}', 'perhaps'],
	['{{ $json.w ?? $json.v.toJsonString() }}', 'perhaps'],
	['{{ $json.b ? $json.w : $json.v.toJsonString() }}', 'perhaps'],
	['{{ (() => { if ($json.b) return JSON.stringify($json.v); return $json.v; })() }}', 'perhaps'],
	['{{ $if($json.b, JSON.stringify($json.v), $json.v) }}', 'perhaps'],
	['{{ JSON.stringify($json.v ?? null) }}', 'always'],
	['{{ JSON.stringify($json.v?.w) }}', 'always'],
	['{{ JSON.stringify($json.v || 0); }}', 'always'],
	['{{ JSON.stringify($json.b ? $json.v : null) }}', 'always'],
	['{{ /* c */ JSON.stringify($json.v ?? 0) /* d */ }}', 'always'],
	['{{ (JSON.stringify($json.v)); }}', 'always'],
	['{{ JSON.stringify($json.v.replace(/\\(/g, "")) }}', 'always'],
	['{{ $json.v.replace(/\\)$/, "").toJsonString() }}', 'always'],
	['{{ JSON.stringify(`:( ${$json.v}`) }}', 'always'],
	['{{ JSON.stringify($json.v).trim() }}', 'always'],
])('an expression makes JSON: %s, %s', (expression, expected) => {
	expect(makesJson(expression)).toBe(expected);
});
