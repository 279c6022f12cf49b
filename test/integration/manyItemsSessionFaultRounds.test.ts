import { describeManyItemsRounds } from '../support/manyItemsFaultRounds';

describeManyItemsRounds([
	['mutation', 'session', 'counters:addMany'],
	['action', 'session', 'counters:noteMany'],
	['mutation', 'auto', 'counters:addMany'],
]);
