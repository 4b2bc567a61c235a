import { OTHER_STREAM_COLUMNS, OTHER_STREAM_VALUES } from '../other-streams';

/** Rows of one table for the persons `$1` to `$2` of `$3`, without looking at another table. */
export interface RowsOf {
  readonly table: string;
  readonly insert: string;
}

const ACTOR = `'00000000-0000-4000-8000-000000000001'`;
/** As in the searches of `S2`: as many birth dates and family names as a registry of the size has. */
const BIRTH_DATES = 36_500;
const LAST_NAMES = 5_000;

/**
 * The same number always makes the same id, so that the tables can be filled side by side. Ids grow with the numbers,
 * and the first tenth of the persons is at the head of every index that is ordered by person.
 */
const ID = `(CASE WHEN n <= $3::bigint / 10 THEN '00000' || lpad(to_hex(n), 11, '0')
                  ELSE lpad(to_hex(65536 + n * (4294900000 / $3::bigint)), 8, '0') || substr(md5(n::text), 1, 8) END
             || md5((n * 31)::text)::char(16))::uuid`;

/** A number from 0 to 1 that looks like luck and is the same for the same person. */
const luck = (seed: number): string => `((hashint8extended(n, ${seed}) & 1048575) / 1048576.0::float8)`;

/** One in twenty is inactive and one in twenty waits for a retry: both at the head of the indexes, were they in them. */
const IS_INACTIVE = `n <= $3::bigint / 20`;
const IS_WAITING = `n > $3::bigint / 20 AND n <= $3::bigint / 10`;
/** Three in four have a passport booklet, the others a birth certificate, which this stream does not ask about. */
const HAS_PASSPORT = `n % 4 <> 0`;
/** Of those with a passport 15 % need a check and 2 % were refuted. */
const LUCK = luck(1);
const NEEDS = `(${HAS_PASSPORT} AND ${LUCK} < 0.15)`;
const IS_REFUTED = `(${HAS_PASSPORT} AND ${LUCK} >= 0.98)`;

/** Two letters for each million of passport numbers. */
const SERIES = `substr('АВЕІКМНОРСТХ', 1 + (n / 1000000 / 12 % 12)::int, 1) || substr('АВЕІКМНОРСТХ', 1 + (n / 1000000 % 12)::int, 1)`;

const PERSONS: RowsOf = {
  table: 'mpi.persons',
  insert: `
    INSERT INTO mpi.persons (id, first_name, last_name, second_name, birth_date, birth_settlement, gender, tax_id,
                             secret, status, is_active, verification_status, inserted_by, updated_by)
    SELECT ${ID}, 'Зоряна', 'Верболоз-' || (n / ${BIRTH_DATES} * 7919 + n) % ${LAST_NAMES}, 'Любомирівна',
           date '1926-01-01' + (n % ${BIRTH_DATES})::int, 'Калинопіль', 'FEMALE',
           CASE WHEN n % 5 > 0 THEN lpad(n::text, 10, '3') END, n::text,
           CASE WHEN ${IS_INACTIVE} THEN 'inactive' ELSE 'active' END, true,
           CASE WHEN ${NEEDS} THEN 'VERIFICATION_NEEDED' WHEN ${IS_REFUTED} THEN 'CHANGES_NEEDED' ELSE 'VERIFIED' END,
           ${ACTOR}, ${ACTOR}
      FROM generate_series($1::bigint, $2::bigint) AS n`,
};

const ADDRESSES: RowsOf = {
  table: 'mpi.person_addresses',
  insert: `
    INSERT INTO mpi.person_addresses (person_id, type, settlement)
    SELECT ${ID}, 'RESIDENCE', 'Калинопіль' FROM generate_series($1::bigint, $2::bigint) AS n`,
};

const DOCUMENTS: RowsOf = {
  table: 'mpi.person_documents',
  insert: `
    INSERT INTO mpi.person_documents (person_id, type, number, issued_at)
    SELECT ${ID}, CASE WHEN ${HAS_PASSPORT} THEN 'PASSPORT' ELSE 'BIRTH_CERTIFICATE' END,
           CASE WHEN ${HAS_PASSPORT} THEN ${SERIES} || lpad((n % 1000000)::text, 6, '0')
                ELSE 'І-ЯЩ№' || lpad(n::text, 8, '0') END, date '2005-01-01'
      FROM generate_series($1::bigint, $2::bigint) AS n`,
};

/** Half of those who need a check were never asked; all others were asked within the last 400 days, the head before that. */
const VERIFICATIONS: RowsOf = {
  table: 'mpi.person_verifications',
  insert: `
    INSERT INTO mpi.person_verifications (person_id, ${OTHER_STREAM_COLUMNS}, dms_passport_verification_status,
                dms_passport_verification_reason, dms_passport_synced_at, person_is_active, dms_passport_retry_at)
    SELECT ${ID}, ${OTHER_STREAM_VALUES},
           CASE WHEN n % 4 = 0 THEN 'VERIFICATION_NOT_NEEDED' WHEN ${LUCK} < 0.15 THEN 'VERIFICATION_NEEDED'
                WHEN ${LUCK} >= 0.98 THEN 'NOT_VERIFIED' ELSE 'VERIFIED' END,
           CASE WHEN n % 4 = 0 THEN 'AUTO_DATA_ABSENT' WHEN ${LUCK} < 0.10 THEN 'ONLINE_TRIGGERED'
                WHEN ${LUCK} < 0.15 THEN 'INITIAL' WHEN ${LUCK} >= 0.98 THEN 'AUTO_NOT_VALID' ELSE 'AUTO_VALID' END,
           CASE WHEN ${HAS_PASSPORT} AND (${LUCK} >= 0.15 OR ${luck(2)} < 0.5) THEN
             CASE WHEN n <= $3::bigint / 10 THEN now() - interval '401 days'
                  ELSE now() - ${luck(3)} * interval '400 days' END END,
           NOT (${IS_INACTIVE}), CASE WHEN ${HAS_PASSPORT} AND ${IS_WAITING} THEN now() + interval '6 hours' END
      FROM generate_series($1::bigint, $2::bigint) AS n`,
};

/**
 * What earlier sweeps left: one row for every fourth person, over 500 days in the order in which they were written. A
 * quarter of them is older than the year for which an audit row is kept at least.
 */
const AUDIT_ROWS: RowsOf = {
  table: 'mpi.audit_log',
  insert: `
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, "row", run_id, claim_id, message_id,
                               duration_ms, inserted_at)
    SELECT ${ACTOR}, 'person_verifications', ${ID},
           '{"dms_passport_verification_status": "VERIFIED", "dms_passport_verification_reason": "AUTO_VALID"}'::jsonb,
           'S6', ${ACTOR}, ${ACTOR}, md5(n::text)::uuid::text, 50,
           now() - (1 - n::float8 / $3::bigint) * interval '500 days'
      FROM generate_series($1::bigint, $2::bigint) AS n WHERE n % 4 = 0`,
};

/** Two lines of tables of about the same work: one connection for each of two cores. */
export const TABLES: readonly (readonly RowsOf[])[] = [
  [PERSONS, ADDRESSES, AUDIT_ROWS],
  [VERIFICATIONS, DOCUMENTS],
];
