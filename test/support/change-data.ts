import type { Sql } from '../../src/database/transactions';
import { PersonDataChanged } from '../../src/verifications';
import type { Installation } from './installation';

/** The employee or applicant of tests. */
export const OFFICIAL = '55555555-5555-4555-8555-555555555555';

/** New data of a person, as a registration writes them: the documents first, then the verb, in one transaction. */
export interface NewData {
  readonly personId: string;
  /** The one passport the person has from now on; none when it is left out. */
  readonly passport?: string;
  /** The UNZR the person has from now on; the old one when it is left out. */
  readonly unzr?: string;
  /** Called before the commit, with everything written. */
  readonly beforeCommit?: () => Promise<void>;
}

/** Writes new data of a person and rings no bell. */
export function changeData(
  here: Installation,
  { personId, passport, unzr, beforeCommit }: NewData,
): Promise<void> {
  return here.transactions.inTransaction(async (sql) => {
    await sql.query({ text: 'DELETE FROM mpi.person_documents WHERE person_id = $1' }, [personId]);
    if (passport !== undefined) await addPassport(sql, personId, passport);
    if (unzr !== undefined) {
      await sql.query({ text: 'UPDATE mpi.persons SET unzr = $2 WHERE id = $1' }, [personId, unzr]);
    }
    await here.program.get(PersonDataChanged).run(sql, { personId, actorId: OFFICIAL });
    await beforeCommit?.();
  });
}

async function addPassport(sql: Sql, personId: string, number: string): Promise<void> {
  const text = `INSERT INTO mpi.person_documents (person_id, type, number) VALUES ($1, 'PASSPORT', $2)`;
  await sql.query({ text }, [personId, number]);
}
