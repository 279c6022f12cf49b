/* eslint-disable @n8n/community-nodes/no-restricted-imports, import-x/no-unresolved -- runs in Node, not in n8n */
import { GlobalConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import { Expression } from 'n8n-workflow';
import { ExpressionObservabilityProvider } from 'n8n/dist/expression-observability/expression-observability.provider';

/** Starts n8n's expression engine as n8n does at its own start, with its default settings (n8n dist/commands/base-command.js). */
export async function startExpressionEngine(): Promise<void> {
	const { idleTimeout, ...settings } = Container.get(GlobalConfig).expressionEngine;
	await Expression.initExpressionEngine({
		...settings,
		idleTimeoutMs: idleTimeout === undefined ? undefined : idleTimeout * 1000,
		observability: Container.get(ExpressionObservabilityProvider),
	});
}
