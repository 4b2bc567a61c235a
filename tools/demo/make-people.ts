import { cumulativeStatusOf, partyStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type { StreamStatus } from '../../src/domain/verification/stream';
import type { DemoCase } from './case';
import { type MadeUpDocument, MadeUpDocuments } from './made-up-documents';
import { madeUpIdentity, type MadeUpIdentity } from './made-up-names';
import { PARTY_CASES } from './party-cases.table';
import { PERSON_CASES } from './person-cases.table';
import { SeededRandom } from './seeded-random';

/** Somebody of the demo, and why. */
export interface MadeUpPerson extends MadeUpIdentity {
  readonly id: string;
  readonly case: DemoCase;
  readonly documents: readonly MadeUpDocument[];
  /** What all streams add up to before the run. */
  readonly sum: string;
}

export interface MadeUpPeople {
  readonly persons: readonly MadeUpPerson[];
  readonly parties: readonly MadeUpPerson[];
}

/** How every id of the demo begins; so its people can be told from everybody else's. */
export const DEMO_ID_BEGINS = 'de300000-0000-4000-8000-';

/** Any number would do: with the same one every demo shows the same people. */
const SEED = 20_240_824;

/** All persons and parties of the demo, always the same. */
export function makePeople(): MadeUpPeople {
  const random = new SeededRandom(SEED);
  const documents = new MadeUpDocuments(random);
  const of = (cases: readonly DemoCase[], sumOf: (demoCase: DemoCase) => string): MadeUpPerson[] =>
    cases.flatMap((demoCase) =>
      Array.from({ length: demoCase.people }, (_, n) => ({
        ...madeUpIdentity(random),
        // Random ids mix the cases, because the selection takes people in the order of their ids.
        id: DEMO_ID_BEGINS + random.hexDigits(12),
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
