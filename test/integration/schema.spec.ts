import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';
import {
  RELATION_TYPES,
  AUTHENTICATION_METHOD_TYPES,
  DOCUMENT_TYPES,
  RELATIONSHIP_DOCUMENT_TYPES,
} from '../../src/domain/person/dictionaries';
import {
  RELATIONSHIP_REASONS,
  RELATIONSHIP_STATUSES,
} from '../../src/domain/confidant/relationship-status.rules';
import {
  CUMULATIVE_STATUSES,
  PARTY_CUMULATIVE_STATUSES,
  STREAM_REASONS,
  STREAM_STATUSES,
} from '../../src/domain/verification/stream';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { columnsOf, look, type CatalogueColumn } from '../support/database';
import { CONTRACT, promisedColumns, TABLES_OF_OURS } from './schema-contract';

const DRACS_DEATH_ONLINE_STATUSES = ['READY', 'IN_PROCESS', 'COMPLETED'];

/** A reason in an official’s own words. */
const FREE_WORDS = ['block_reason', 'pause_reason'];

describe('The schema', () => {
  let database: FreshDatabase;
  let columns: CatalogueColumn[];
  beforeAll(async () => {
    database = await freshDatabase();
    columns = await columnsOf(database.adminUrl);
  });
  afterAll(() => database.drop());

  const nameOf = ({ table, column }: { table: string; column: string }): string => `${table}.${column}`;

  it('has every column of the contract, with its type, nullability and default', () => {
    const wanted = promisedColumns();
    const names = new Set(wanted.map(nameOf));
    const found = columns.filter((column) => names.has(nameOf(column)));
    expect(found.map(described).sort()).toEqual(wanted.map(described).sort());
  });

  it('asks nothing of a program that names only the columns of the contract', () => {
    const names = new Set(promisedColumns().map(nameOf));
    const demanding = columns.filter(
      (column) =>
        column.table in CONTRACT && !names.has(nameOf(column)) && !column.nullable && !column.hasDefault,
    );
    expect(demanding.map(nameOf)).toEqual([]);
  });

  it('has the tables of the contract and a few of its own, and no others', () => {
    const tables = [...new Set(columns.map(({ table }) => table))].sort();
    expect(tables).toEqual([...Object.keys(CONTRACT), ...TABLES_OF_OURS].sort());
  });

  it('agrees with the entities, column by column', async () => {
    expect((await entityColumns()).sort()).toEqual(columns.map(described).sort());
  });

  it('has a comment on every table and every column', async () => {
    const silentTables = await look<{ name: string }>(
      database.adminUrl,
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind = 'r'
          AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''`,
    );
    expect(silentTables).toEqual([]);
    expect(columns.filter(({ comment }) => (comment ?? '') === '').map(nameOf)).toEqual([]);
  });

  it('keeps every status and reason to the closed list of its dictionary', async () => {
    const lists = await closedLists(database.adminUrl);
    const statuses = columns.filter(
      ({ column, type }) =>
        type === 'character varying' &&
        /(^|_)(status|reason)(_before)?$/.test(column) &&
        !FREE_WORDS.includes(column),
    );
    expect(statuses.length).toBeGreaterThan(30);
    for (const column of statuses) {
      expect(lists.get(nameOf(column)), nameOf(column)).toEqual([...dictionaryOf(column)].sort());
    }
  });

  it.each([
    { column: 'mpi.person_documents.type', dictionary: DOCUMENT_TYPES },
    { column: 'mpi.person_authentication_methods.type', dictionary: AUTHENTICATION_METHOD_TYPES },
    { column: 'mpi.confidant_person_relationships.relation_type', dictionary: RELATION_TYPES },
    { column: 'mpi.confidant_person_relationship_documents.type', dictionary: RELATIONSHIP_DOCUMENT_TYPES },
  ])('keeps $column to its dictionary', async ({ column, dictionary }) => {
    const lists = await closedLists(database.adminUrl);
    expect(lists.get(column)).toEqual([...dictionary].sort());
  });

  it('has the published ages and limits', async () => {
    const parameters = await look(
      database.adminUrl,
      'SELECT parameter, value FROM prm.global_parameters ORDER BY parameter',
    );
    expect(parameters).toEqual([
      { parameter: 'no_self_auth_age', value: '14' },
      { parameter: 'no_self_registration_age', value: '14' },
      { parameter: 'person_full_legal_capacity_age', value: '18' },
      { parameter: 'third_person_limit', value: '150' },
    ]);
  });
});

function described(column: Omit<CatalogueColumn, 'comment'>): string {
  const { table, type, nullable, hasDefault } = column;
  return `${table}.${column.column} ${type}${nullable ? '' : ' not null'}${hasDefault ? ' default' : ''}`;
}

/** The columns of all entities, in the words of the catalogue. */
async function entityColumns(): Promise<string[]> {
  const dataSource = new DataSource(dataSourceOptions('postgres://nowhere'));
  // Only the shapes are read; no connection is needed for that.
  await (dataSource as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas();
  return dataSource.entityMetadatas.flatMap(({ tablePath, columns }) =>
    columns.map((column) =>
      described({
        table: tablePath,
        column: column.databaseName,
        type: dataSource.driver.normalizeType(column),
        nullable: column.isNullable,
        hasDefault: column.default !== undefined,
      }),
    ),
  );
}

/** The values that a named CHECK of one column lets in, by the column. */
async function closedLists(url: string): Promise<Map<string, string[]>> {
  const rows = await look<{ column: string; definition: string }>(
    url,
    `SELECT k.conrelid::regclass || '.' || a.attname AS column, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
      WHERE k.contype = 'c' AND k.conname LIKE '%\\_check'`,
  );
  return new Map(rows.map(({ column, definition }) => [column, quotedIn(definition)]));
}

function quotedIn(definition: string): string[] {
  return [...definition.matchAll(/'([^']*)'/g)].map(([, value]) => value ?? '').sort();
}

/** Tables whose only status has a dictionary of its own. */
const STATUSES_OF: Readonly<Record<string, readonly string[]>> = {
  'mpi.job_runs': ['RUNNING', 'FINISHED', 'FAILED', 'STOPPED', 'SKIPPED'],
  'mimir.unzr_info': ['pending', 'processed', 'failed'],
  'prm.parties': PARTY_CUMULATIVE_STATUSES,
  'prm.legal_entities': ['ACTIVE', 'SUSPENDED', 'CLOSED'],
};

function dictionaryOf({ table, column }: CatalogueColumn): readonly string[] {
  if (column === 'dracs_death_online_status') return DRACS_DEATH_ONLINE_STATUSES;
  const only = STATUSES_OF[table];
  if (only !== undefined) return only;
  if (table === 'mpi.persons') return column === 'status' ? ['active', 'inactive'] : CUMULATIVE_STATUSES;
  if (table === 'mpi.confidant_person_relationships')
    return /reason/.test(column) ? RELATIONSHIP_REASONS : RELATIONSHIP_STATUSES;
  return /reason/.test(column) ? STREAM_REASONS : STREAM_STATUSES;
}
