import { comparePeople } from './compare-people';
import { countCalls, releasedFromTheLiving } from './count-calls';
import { effectsTwice } from './invariants';
import { mendRegister } from './load-people';
import { Oracle } from './oracle';
import type { People } from './people';
import { runUntilNothingWaits } from './runs';
import type { Scene } from './scene';
import { claimedAgain } from './witness';

/** What one drill came to. */
export interface Findings {
  /** And parties, where they are asked about as well. */
  readonly persons: number;
  readonly faults: number;
  readonly lost: number;
  readonly wrong: number;
  readonly twice: number;
  readonly again: number;
  readonly stuck: number;
  readonly repeated: number;
  readonly inFlight: number;
  /** The longest time until work went on; null where nothing stood still. */
  readonly recoveredMs: number | null;
  /** Sentences about every must that was missed beside the counts. */
  readonly missed: readonly string[];
  /** What else was seen and is worth a line. */
  readonly notes: readonly string[];
}

/** What the drill itself knows about its fault. */
export interface FaultReport {
  readonly faults: number;
  readonly recoveredMs?: number;
  readonly missed?: readonly string[];
  readonly notes?: readonly string[];
  /** Questions that got no usable answer on purpose, by their numbers in the register's list. */
  readonly spoiled?: readonly (readonly [from: number, to: number])[];
  /** The register failed at random all the time: each person who failed accounts for one question. */
  readonly failedAtRandom?: boolean;
  /** Everybody as he was in the end, where the drill changed persons. */
  readonly people?: People;
}

/** Mends what is left, has the rest done, and holds everything against the rules. */
export async function findings(scene: Scene, report: FaultReport): Promise<Findings> {
  const { books, register } = scene;
  const people = report.people ?? scene.people;
  await mendRegister(register, people);
  await runUntilNothingWaits(books, people);

  const oracle = new Oracle(people, await dayInKyiv(scene));
  const questions = {
    asked: await usefulQuestions(scene, report, people),
    ...(report.failedAtRandom === true ? { ofPersons: oracle.questions() } : {}),
  };
  const verdict = await comparePeople(books, { people, oracle, startedAt: scene.startedAt });
  const held = await books.number(
    `SELECT (SELECT count(*) FROM mpi.verification_claims)
          + (SELECT count(*) FROM mpi.verification_locks WHERE claim_id IS NOT NULL)
          + (SELECT count(*) FROM prm.party_verification_locks WHERE claim_id IS NOT NULL)`,
  );
  const broken = await scene.invariantsSeenBroken();
  return {
    persons: people.persons.length + (people.partiesToo ? people.parties.length : 0),
    faults: report.faults,
    lost: verdict.lost,
    wrong: verdict.wrong,
    stuck: verdict.stuck + held,
    twice: await effectsTwice(books),
    again: await claimedAgain(books),
    ...(await countCalls(books, questions, scene.crashes)),
    recoveredMs: report.recoveredMs ?? null,
    missed: [
      ...(report.missed ?? []),
      ...(await wrongQuestions(scene, oracle)),
      ...broken,
      ...fallen(scene),
      ...verdict.examples,
    ],
    notes: [...(report.notes ?? []), ...(await rescues(scene))],
  };
}

/** The register is asked about the right document of those who are due, and about no other. */
async function wrongQuestions(scene: Scene, oracle: Oracle): Promise<string[]> {
  const { books, register } = scene;
  const edits = await books.look<{ new_number: string }>(
    `SELECT new_number FROM drill.edits WHERE new_number IS NOT NULL`,
  );
  const before = new Oracle(scene.people, await dayInKyiv(scene));
  const right = new Set([
    ...oracle.questions().values(),
    ...edits.map(({ new_number }) => new_number),
    ...(edits.length > 0 ? before.questions().values() : []),
  ]);
  const wrong = new Set((await register.asked()).map(({ key }) => key).filter((key) => !right.has(key)));
  return wrong.size > 0
    ? [`the register was asked about ${wrong.size} documents that are none of its business`]
    : [];
}

/** A machine that stands still for a lease makes living workers look dead; worth a line, and no fault. */
async function rescues({ books, crashes, lagMs }: Scene): Promise<string[]> {
  const persons = await releasedFromTheLiving(books, crashes);
  return persons > 0
    ? [
        `${persons} persons were released from living workers; the machine stood still for ${lagMs} ms at worst`,
      ]
    : [];
}

/** The questions whose answers should have come into effect, if nothing had happened. */
async function usefulQuestions(
  { register }: Scene,
  { spoiled = [] }: FaultReport,
  { truths }: People,
): ReturnType<Scene['register']['asked']> {
  const asked = await register.asked();
  const isSpoiled = (sequence: number): boolean =>
    spoiled.some(([from, to]) => sequence >= from && sequence <= to);
  return asked.filter(
    ({ key, sequence }) => !truths.hopeless.has(key) && !truths.failing.has(key) && !isSpoiled(sequence),
  );
}

async function dayInKyiv({ books }: Scene): Promise<string> {
  const [row] = await books.look<{ day: string }>(
    `SELECT (now() AT TIME ZONE 'Europe/Kyiv')::date::text AS day`,
  );
  return row?.day ?? '';
}

function fallen({ fallen }: Scene): string[] {
  return fallen.map(({ name, lastWords }) => `${name} fell over: ${lastWords.at(-1) ?? 'without a word'}`);
}
