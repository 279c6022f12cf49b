import axios from 'axios';
import { formatFunctionPath } from '../../nodes/Convex/convex/functions/functionPath';
import { parseFunctionSpec } from '../../nodes/Convex/convex/functions/functionSpec';
import { parseValidator } from '../../nodes/Convex/convex/values/validator';
import * as reports from '../../examples/convex/admin/reports';
import * as boards from '../../examples/convex/boards';
import * as counters from '../../examples/convex/counters';
import * as credits from '../../examples/convex/credits';
import * as documents from '../../examples/convex/documents';
import * as failures from '../../examples/convex/failures';
import * as files from '../../examples/convex/files';
import * as jobs from '../../examples/convex/jobs';
import * as ledger from '../../examples/convex/ledger';
import * as logs from '../../examples/convex/logs';
import * as orders from '../../examples/convex/orders';
import * as pages from '../../examples/convex/pages';
import * as tasks from '../../examples/convex/tasks';
import * as uploads from '../../examples/convex/uploads';
import * as users from '../../examples/convex/users';
import * as values from '../../examples/convex/values';
import * as version from '../../examples/convex/version';
import * as workflows from '../../examples/convex/workflows';
import { useEmbeddedDeployment } from '../support/embeddedDeployment';

const convex = useEmbeddedDeployment('deployKey');

const modules: Record<string, object> = {
	'admin/reports': reports,
	boards,
	counters,
	credits,
	documents,
	failures,
	files,
	jobs,
	ledger,
	logs,
	orders,
	pages,
	tasks,
	uploads,
	users,
	values,
	version,
	workflows,
};

/** A function as Convex's own library registers it. */
interface Registered {
	isQuery?: boolean;
	isMutation?: boolean;
	isPublic?: boolean;
	exportArgs: () => string;
}

function isRegistered(exported: unknown): exported is Registered {
	return typeof exported === 'function' && 'exportArgs' in exported;
}

/** What `npx convex function-spec` shows is made from these exports. */
function signaturesOfSource() {
	return Object.entries(modules).flatMap(([module, exports]) =>
		Object.entries(exports)
			.filter((entry): entry is [string, Registered] => isRegistered(entry[1]))
			.map(([name, registered]) => ({
				path: { module, name },
				type: registered.isQuery ? 'query' : registered.isMutation ? 'mutation' : 'action',
				isPublic: registered.isPublic === true,
				args: parseValidator(JSON.parse(registered.exportArgs())),
			})),
	);
}

it("the list is what Convex's own library exports of the same app", async () => {
	const { data } = await axios.post(
		`${convex.deployment.url}/api/query`,
		{ path: '_system/cli/modules:apiSpec', args: {}, format: 'convex_encoded_json' },
		{ headers: { Authorization: `Convex ${convex.deployment.deployKey}` } },
	);
	const byPath = (signatures: Array<{ path: { module: string; name: string } }>) =>
		Object.fromEntries(signatures.map((one) => [formatFunctionPath(one.path), one]));
	const listed = byPath(parseFunctionSpec(data.value));
	expect(Object.keys(listed).length).toBeGreaterThan(30);
	expect(listed).toEqual(byPath(signaturesOfSource()));
});
