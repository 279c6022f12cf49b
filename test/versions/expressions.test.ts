import { describePlainReferences } from '../support/plainReferences';

describe('plain references', describePlainReferences);
