import type { FaultReport } from './findings';
import type { MadePerson, People } from './people';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import type { Scene } from './scene';

/** What the database says when a row cannot be written: a broken rule, a trigger's refusal, a row too large, a broken page. */
const ERRORS = ['23514', 'P0001', '54000', 'XX001'];

/** D17: persons whose answers cannot be written, whatever is tried. */
export const poisonPersons: Drill = {
  name: 'poison-persons',
  code: 'D17',
  says: `${ERRORS.length} persons whose answers the database refuses, each with another error`,
  short: false,
  play: (stage) => play(stage, { name: 'poison-persons', persons: 400, latencyMs: 20 }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books } = scene;
  const poisoned = pickPoisoned(scene);
  await books.write(poison(poisoned));
  await scene.workers(2);
  const runId = await startRun(books);
  await runEnds(books, runId);
  // The others must not have had to be asked again because of them.
  const again = await books.number(
    `SELECT count(*) FROM drill.history WHERE what = 'failed' AND run_id = $1 AND person_id <> ALL ($2::uuid[])
        AND person_id <> ALL ($3::uuid[])`,
    [runId, poisoned.map(({ id }) => id), failing(scene)],
  );
  return {
    faults: poisoned.length,
    people: asHopeless(scene.people, poisoned),
    missed: again > 0 ? [`${again} persons beside the poisoned ones were not written`] : [],
  };
}

/** One for each error, with a passport of his own that the register does not list, or does. */
function pickPoisoned({ people, random }: Scene): MadePerson[] {
  const plain = people.persons.filter(({ kind, active }) => kind === 'plain' && active);
  const picked = new Set<MadePerson>();
  while (picked.size < ERRORS.length) picked.add(random.pick(plain));
  return [...picked];
}

/** A rule of somebody else's, put into the same database. */
function poison(persons: readonly MadePerson[]): string {
  const cases = persons
    .map(
      ({ id }, index) =>
        `WHEN '${id}' THEN RAISE EXCEPTION USING ERRCODE = '${ERRORS[index]}', MESSAGE = 'no';`,
    )
    .join('\n      ');
  return `
    CREATE FUNCTION drill.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      CASE NEW.person_id
      ${cases}
      ELSE RETURN NEW;
      END CASE;
    END $$;
    CREATE TRIGGER drill_refuse BEFORE UPDATE ON mpi.person_verifications FOR EACH ROW
      WHEN (NEW.dms_passport_synced_at IS DISTINCT FROM OLD.dms_passport_synced_at)
      EXECUTE FUNCTION drill.refuse();`;
}

/** Persons who fail for reasons of the register. */
function failing({ people: { persons, truths } }: Scene): string[] {
  const isFailing = (number: string): boolean => truths.failing.has(number) || truths.hopeless.has(number);
  return persons
    .filter(({ documents }) => documents.some(({ number }) => isFailing(number)))
    .map(({ id }) => id);
}

/** For the rules they are persons about whom no answer ever comes. */
function asHopeless(people: People, poisoned: readonly MadePerson[]): People {
  const numbers = poisoned.flatMap(({ documents }) =>
    documents.map(({ number }) => [number, 'unwritable'] as const),
  );
  const hopeless = new Map([...people.truths.hopeless, ...numbers]);
  return { ...people, truths: { ...people.truths, hopeless } };
}
