import { describePlainReferences } from '../support/plainReferences';

// `npm run test:versions` compares more.
describe('plain references', () => describePlainReferences(60));
