import type { EditOrder } from './edit-persons';
import type { FaultReport } from './findings';
import type { MadeDocument, MadePerson, People } from './population';
import { type Drill, runDrill } from './definition';
import { runEnds, startRun, whileProgressing } from './runs';
import { PATIENT_CALLS } from './settings';
import type { DrillEnvironment } from './environment';

const PERSONS = 400;
const QUESTIONS = 650;
/** So many more questions are answered than persons were edited. */
const QUESTIONS_AHEAD = 60;
/** Fewer edits than this in the middle of a review would prove little. */
const LEAST_IN_REVIEW = 15;

/** D19: persons are edited all the time while they are being checked. */
export const editDuringRun: Drill = {
  name: 'edit-during-run',
  code: 'D19',
  description: 'persons edited during the whole run',
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'edit-during-run', persons: PERSONS, spare: 2_000, latencyMs: 120, settings: PATIENT_CALLS },
      editAllTheTime,
    ),
};

async function editAllTheTime(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, people } = environment;
  const editor = environment.program('editor', 'test/drills/edit-persons.ts', { databaseUrl: database.url });
  const ready = editor.firstMatch((line) => (line === 'ready' ? true : undefined));
  await Promise.all([environment.workers(2), ready]);
  await register.behave({ answerUpTo: QUESTIONS_AHEAD });
  const runId = await startRun(database);
  await register.reached(10);
  editor.configure(`${JSON.stringify(orderFor(environment))}\n`);
  await keepPace(environment);
  editor.hangUp();
  await editor.leave();
  await runEnds(database, runId);
  const inReview = await database.number(
    `SELECT count(*) FROM drill.edits JOIN drill.history USING (transaction, person_id)
      WHERE what = 'let_go'`,
  );
  const edits = await database.number(`SELECT count(*) FROM drill.edits`);
  return {
    faults: edits,
    people: await asEdited(environment, people),
    notes: [`${edits} edits, ${inReview} of them in the middle of a review`],
    missed: inReview < LEAST_IN_REVIEW ? [`only ${inReview} edits fell into a review`] : [],
  };
}

/** The register answers only a little faster than persons are edited, so that the run lasts for all edits. */
async function keepPace({ database, register }: DrillEnvironment): Promise<void> {
  const isEnough = async (): Promise<true | undefined> => {
    const edits = await database.number(`SELECT count(*) FROM drill.edits`);
    await register.behave({ answerUpTo: edits + QUESTIONS_AHEAD });
    return (await register.asked()).length >= QUESTIONS ? true : undefined;
  };
  await whileProgressing(isEnough, { database, what: 'questions among edits' });
  await register.behave({ answerUpTo: null });
}

/** Who may be edited: active, and holding no passport that others hold too, whose verdict would depend on them. */
function orderFor({ people, random }: DrillEnvironment): EditOrder {
  const editable = people.persons.filter(({ active, kind }) => active && !kind.startsWith('shared'));
  const { found, notFound } = people.spare;
  const numbers = notFound.flatMap((number, index) => [
    number,
    ...(index % 4 === 0 ? [found[index] ?? number] : []),
  ]);
  return { seed: String(random.next()), personIds: editable.map(({ id }) => id), numbers };
}

/** Everybody with the newest document that was written and not taken back. */
async function asEdited({ database }: DrillEnvironment, people: People): Promise<People> {
  const rows = await database.look<{ person_id: string; new_number: string | null }>(
    `SELECT DISTINCT ON (person_id) person_id, new_number FROM drill.edits ORDER BY person_id, seq DESC`,
  );
  const newest = new Map(rows.map(({ person_id, new_number }) => [person_id, new_number]));
  const persons = people.persons.map((person): MadePerson => {
    const number = newest.get(person.id);
    if (number === undefined) return person;
    return { ...person, kind: `${person.kind}, edited`, ...afterEdit(person.id, number) };
  });
  return { ...people, persons };
}

/** Signed anew: with a document the person is to be checked, without one there is nothing to check. */
function afterEdit(
  id: string,
  number: string | null,
): Pick<MadePerson, 'documents' | 'stream' | 'mvsPassport'> {
  if (number === null) {
    const stream = { status: 'VERIFICATION_NOT_NEEDED', reason: 'AUTO_DATA_ABSENT', syncedDaysAgo: null };
    return { documents: [], stream, mvsPassport: 'VERIFICATION_NOT_NEEDED' };
  }
  const document: MadeDocument = { id, type: 'PASSPORT', number, issuedOn: null, expiresOn: null };
  return {
    documents: [document],
    stream: { status: 'VERIFICATION_NEEDED', reason: 'ONLINE_TRIGGERED', syncedDaysAgo: null },
    mvsPassport: 'VERIFICATION_NEEDED',
  };
}
