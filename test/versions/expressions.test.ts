import { describePlainReferences } from '../support/plainReferences';

describe('plain references', () => describePlainReferences(1_000));
