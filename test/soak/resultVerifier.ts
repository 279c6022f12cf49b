import type { IDataObject } from 'n8n-workflow';
import { EMPTY_LEDGER, readHead, type ChangeVerifier, type LedgerHead } from './changeVerifier';
import { SoakFailure } from './verdict';

/** Of a trigger on the result of `ledger:head`. */
export class ResultVerifier implements ChangeVerifier {
	changes = 0;

	private known: LedgerHead = EMPTY_LEDGER;

	get revision(): number {
		return this.known.revision;
	}

	take(items: IDataObject[], mayCatchUp: boolean): void {
		const [item] = items;
		const head = readHead(item?.value);
		if (items.length !== 1 || item === undefined || head === undefined) {
			throw new SoakFailure('unexpected', `it started with ${JSON.stringify(items)}`);
		}
		if (head.revision <= this.revision) {
			throw new SoakFailure(
				'twice',
				`it started with revision ${head.revision} of the result, after revision ${this.revision}`,
			);
		}
		this.checkReason(item, mayCatchUp);
		this.known = head;
		this.changes += 1;
	}

	compare(list: IDataObject[]): void {
		const head = readHead(list[0]) ?? EMPTY_LEDGER;
		if (isSame(head, this.known)) return;
		throw new SoakFailure(
			'lost',
			`the result is ${JSON.stringify(head)}, the workflow was told of ${JSON.stringify(this.known)}`,
		);
	}

	private checkReason({ reason, previousValue }: IDataObject, mayCatchUp: boolean): void {
		if (reason === 'catchUp' && mayCatchUp && previousValue === null) return;
		const before = readHead(previousValue) ?? EMPTY_LEDGER;
		if (reason === 'change' && isSame(before, this.known)) return;
		throw new SoakFailure(
			'lost',
			`it started with reason '${String(reason)}' and the previous value ${JSON.stringify(previousValue)}, but was told of ${JSON.stringify(this.known)} before`,
		);
	}
}

function isSame(one: LedgerHead, other: LedgerHead): boolean {
	return one.revision === other.revision && one.count === other.count && one.sum === other.sum;
}
