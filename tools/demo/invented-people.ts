import { SeededRandom } from './seeded-random';
import { cumulativeStatusOf, partyStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type { StreamStatus } from '../../src/domain/verification/stream';
import type { DemoCase } from './demo-case';
import { type InventedDocument, InventedDocuments } from './invented-documents';
import { inventedIdentity, type InventedIdentity } from './invented-names';
import { PARTY_CASES } from './party-cases.table';
import { PERSON_CASES } from './person-cases.table';

/** A person or party of the demo, with their case. */
export interface InventedPerson extends InventedIdentity {
  readonly id: string;
  readonly case: DemoCase;
  readonly documents: readonly InventedDocument[];
  /** The sum of all streams before the run. */
  readonly sum: string;
}

export interface InventedPeople {
  readonly persons: readonly InventedPerson[];
  readonly parties: readonly InventedPerson[];
}

/** The prefix of every id of the demo, which distinguishes its people from others. */
export const DEMO_ID_PREFIX = 'de300000-0000-4000-8000-';

/** Any number; with the same one every demo has the same people. */
const SEED = 20_240_824;

/** All persons and parties of the demo, always the same. */
export function makePeople(): InventedPeople {
  const random = new SeededRandom(SEED);
  const documents = new InventedDocuments(random);
  const of = (cases: readonly DemoCase[], sumOf: (demoCase: DemoCase) => string): InventedPerson[] =>
    cases.flatMap((demoCase) =>
      Array.from({ length: demoCase.people }, (_, n) => ({
        ...inventedIdentity(random),
        // Random ids mix the cases, because the selection takes people in the order of their ids.
        id: DEMO_ID_PREFIX + random.hexDigits(12),
        case: demoCase,
        documents: demoCase.documents.map((kind) => documents.make(kind, n)),
        sum: sumOf(demoCase),
      })),
    );
  return {
    persons: of(Object.values(PERSON_CASES), sumOfPerson),
    parties: of(Object.values(PARTY_CASES), ({ before }) => partyStatusOf(['VERIFIED', before.status])),
  };
}

function sumOfPerson({ before, drfo, standingSum }: DemoCase): string {
  const streams: StreamStatus[] = ['VERIFIED', drfo ?? 'VERIFIED', before.status];
  return cumulativeStatusOf({ current: standingSum ?? null, streams });
}
