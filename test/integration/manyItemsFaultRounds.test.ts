import { describeManyItemsRounds } from '../support/manyItemsFaultRounds';

describeManyItemsRounds([
	['mutation', 'http', 'counters:addMany'],
	['run', 'http', 'counters:addMany'],
	['action', 'http', 'counters:noteMany'],
]);
