/**
 * Stands for a field that is not set, as JSON has no `undefined`
 * (convex-backend npm-packages/system-udfs/convex/_system/frontend/lib/values.ts).
 */
export const UNSET_PLACEHOLDER =
	'__CONVEX_PLACEHOLDER_undefined_I23atX0jcndVbFgXoQZffsih7eAqktCyFjgUuAeNBtfr3ySOljPSPSEOPFgprkdBO3zXNiGEJxmJ5ZFPc5C5qKesG80QRPvlJe8vgSxAt9feLTwxTg4PHfVwUaTEJU67FDwldWmTxp1guMPwxQ2jOuhEryTBf3mQ';
