import type { Client } from 'pg';

/** Statements that put back what was taken off. */
export interface TakenOff {
  /** By table: indexes and keys. */
  readonly indexes: ReadonlyMap<string, readonly string[]>;
  /** References and checks. */
  readonly rules: readonly string[];
}

interface Found {
  readonly of: string;
  readonly name: string;
  readonly drop: string;
  readonly make: string;
}

/** Rows go into bare tables, and indexes are built over finished rows: that takes a fraction of the time. Checks of each row cost as much as the row. */
export async function takeIndexesOff(
  client: Client,
  tables: readonly string[],
  left: readonly string[],
): Promise<TakenOff> {
  // References first, since a key that something refers to cannot go.
  const rules = await found(client, RULES, tables);
  for (const { drop } of rules) await client.query(drop);
  const indexes = (await found(client, INDEXES, tables)).filter(({ name }) => !left.includes(name));
  for (const { drop } of indexes) await client.query(drop);
  return {
    indexes: new Map(
      tables.map((table) => [table, indexes.filter(({ of }) => of === table).map(({ make }) => make)]),
    ),
    rules: rules.map(({ make }) => make),
  };
}

async function found(client: Client, text: string, tables: readonly string[]): Promise<Found[]> {
  return (await client.query<Found>(text, [tables])).rows;
}

/** Put back without a look at the rows, which were made to fit: whatever is written from then on is checked again. */
const RULES = `
  SELECT conrelid::regclass::text AS of, conname::text AS name,
         format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
    FROM pg_constraint
   WHERE contype = 'f' AND confrelid = ANY ($1::text[]::regclass[])
      OR contype = 'c' AND conrelid = ANY ($1::text[]::regclass[])
   ORDER BY contype DESC`;

const INDEXES = `
  SELECT conrelid::regclass::text AS of, conname::text AS name,
         format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
    FROM pg_constraint WHERE conrelid = ANY ($1::text[]::regclass[]) AND contype IN ('p', 'u')
   UNION ALL
  SELECT indrelid::regclass::text, indexrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY ($1::text[]::regclass[])
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`;

/** An entry of an index takes about four times as much. */
const FEW_BYTES_PER_PERSON = 8;

/**
 * Indexes that hold few of the persons: to build one of them reads the whole table, while rows that do not belong into
 * it pass it by. Two in three of the verifications' indexes are such.
 */
export async function sparseIndexes(
  client: Client,
  tables: readonly string[],
  persons: number,
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index
      WHERE indrelid = ANY ($1::text[]::regclass[]) AND indpred IS NOT NULL
        AND pg_relation_size(indexrelid) < $2::bigint`,
    [tables, persons * FEW_BYTES_PER_PERSON],
  );
  return rows.map(({ name }) => name);
}
