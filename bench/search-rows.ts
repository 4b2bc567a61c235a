import type { Client } from 'pg';
import { withoutIndexes } from './rows';

const ACTOR = `'00000000-0000-4000-8000-000000000001'`;

/** As many days as people of all ages are born on, so that a day has as many persons as in a registry of the size. */
const BIRTH_DATES = 36_500;
/** Family names that persons of one birth date share now and then. */
const LAST_NAMES = 5_000;

/**
 * Persons as a search meets them: each with a document and an address, four in five with a tax number, one in twenty
 * inactive. Their number in the sequence is in `secret`, and in what they are searched by.
 */
export async function fillSearch(client: Client, persons: number): Promise<void> {
  await client.query(`SET session_replication_role = replica`);
  await client.query(`SET synchronous_commit = off`);
  // In the order of their ids, so that the key, which stays, grows at its end only.
  await withoutIndexes(client, 'mpi.persons', () =>
    client.query(`
      INSERT INTO mpi.persons (id, first_name, last_name, second_name, birth_date, birth_settlement, gender, tax_id,
                               secret, status, is_active, inserted_by, updated_by)
      SELECT id, 'Зоряна', 'Верболоз-' || (n / ${BIRTH_DATES} * 7919 + n) % ${LAST_NAMES}, 'Любомирівна',
             date '1926-01-01' + n % ${BIRTH_DATES}, 'Калинопіль', 'FEMALE',
             CASE WHEN n % 5 > 0 THEN lpad(n::text, 10, '3') END, n::text,
             CASE WHEN n % 20 = 1 THEN 'inactive' ELSE 'active' END, true, ${ACTOR}, ${ACTOR}
        FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${persons}) AS n ORDER BY 1) AS made`),
  );
  // No search reads these two, and each costs as long as the rows themselves.
  await client.query(`DROP INDEX mpi.person_documents_type_number_index, mpi.person_documents_digits_index`);
  await withoutIndexes(client, 'mpi.person_documents', () =>
    client.query(`
      INSERT INTO mpi.person_documents (person_id, type, number)
      SELECT id, CASE WHEN secret::integer % 2 = 0 THEN 'PASSPORT' ELSE 'BIRTH_CERTIFICATE' END,
             CASE WHEN secret::integer % 2 = 0 THEN 'КВ' ELSE 'І-ЯЩ№' END || lpad(secret, 8, '0')
        FROM mpi.persons`),
  );
  await withoutIndexes(client, 'mpi.person_addresses', () =>
    client.query(`
      INSERT INTO mpi.person_addresses (person_id, type, settlement)
      SELECT id, 'RESIDENCE', 'Калинопіль' FROM mpi.persons`),
  );
  await client.query(`VACUUM (ANALYZE) mpi.persons, mpi.person_documents, mpi.person_addresses`);
}
