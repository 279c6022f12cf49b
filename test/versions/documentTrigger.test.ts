import { DOCUMENT_TRIGGER_TYPE, following, PollingWorkflow } from '../support/polls';
import { useBuiltPackage } from './built';

const built = useBuiltPackage();

const workflowOf = (tables: string[], parameters = {}) =>
	new PollingWorkflow({
		credential: built.credential,
		parameters: following(tables, parameters),
		nodeType: built.nodeType(DOCUMENT_TRIGGER_TYPE),
		credentialType: built.credentialType(),
	});

it('starts the workflow with the documents that changed, also after a restart of n8n', async () => {
	await built.mutate('tasks:create', { title: 'before' });
	const first = workflowOf(['tasks']);
	await first.activate();
	await built.mutate('tasks:create', { title: 'a' });
	expect(await first.poll()).toMatchObject([{ change: 'written', document: { title: 'a' } }]);
	await first.deactivate();
	await built.mutate('tasks:create', { title: 'b' });
	const second = first.restarted();
	await second.activate();
	expect(second.starts).toMatchObject([[{ document: { title: 'b' } }]]);
	await second.deactivate();
});

it('begins with all documents where that is wanted', async () => {
	await built.mutate('tasks:create', { title: 'before' });
	const workflow = workflowOf(['tasks'], { startFrom: 'beginning' });
	await workflow.activate();
	expect(workflow.starts).toMatchObject([[{ document: { title: 'before' } }]]);
	await workflow.deactivate();
});

it('is refused at activation for what the user has to fix', async () => {
	await expect(workflowOf(['task']).activate()).rejects.toThrow(/has no table 'task'/);
	await expect(workflowOf([]).activate()).rejects.toThrow(/No table is chosen/);
	await built.deployment.setStreamingExport(false);
	await expect(workflowOf(['tasks']).activate()).rejects.toThrow(/Pro plan/);
});

it('reports a poll that fails, and loses nothing', async () => {
	const workflow = workflowOf(['tasks']);
	await workflow.activate();
	await built.mutate('tasks:create', { title: 'a' });
	await built.deployment.setStreamingExport(false);
	await workflow.poll();
	expect(workflow.failures).toMatchObject([{ message: expect.stringMatching(/Pro plan/) }]);
	await built.deployment.setStreamingExport(true);
	expect(await workflow.poll()).toMatchObject([{ document: { title: 'a' } }]);
	await workflow.deactivate();
});
