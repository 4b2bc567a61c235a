import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from '../support/stored-files';
import type { DrillDatabase } from './database';
import type { SignUp } from './sign-up-client';

/** The state of the children of a drill. */
export interface SignUpVerdict {
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** Half there, or somebody else was answered. */
  readonly wrong: number;
  /** Persons, relationships, users and methods beyond the first of each child. */
  readonly twice: number;
  readonly registered: number;
  readonly examples: readonly string[];
}

/** What one registration of a child with one document and one phone consists of; the number of tokens is looked at apart. */
const WHOLE = {
  phones: 1,
  addresses: 1,
  documents: 1,
  methods: 1,
  verifications: 1,
  relationships: 1,
  proofs: 1,
  sign_ups: 1,
  users: 1,
  events: 2,
} as const;

/** A child with a confidant and a certificate of birth: scans are wanted, the birth is to be checked, a passport is not. */
const NEWLY_REGISTERED = {
  streams: 'NOT_VERIFIED VERIFICATION_NEEDED VERIFICATION_NOT_NEEDED',
  sum: 'CHANGES_NEEDED',
} as const;

type Counts = Readonly<Record<keyof typeof WHOLE | 'tokens', number>>;
type Row = Counts & {
  readonly number: string;
  readonly id: string;
  readonly sum: string;
  readonly streams: string | null;
};

const of = (table: string, column = 'person_id'): string =>
  `(SELECT count(*)::int FROM ${table} AS t WHERE t.${column} = p.id)`;
const RELATIONSHIP = 'mpi.confidant_person_relationships';

/** Everybody who has one of these documents, and the count of their rows. */
const CHILDREN = `
  SELECT d.number, p.id, p.verification_status AS sum,
         (SELECT concat_ws(' ', nhs_verification_status, dracs_birth_verification_status, dms_passport_verification_status)
            FROM mpi.person_verifications AS v WHERE v.person_id = p.id LIMIT 1) AS streams,
         ${of('mpi.person_phones')} AS phones, ${of('mpi.person_addresses')} AS addresses,
         ${of('mpi.person_documents')} AS documents, ${of('mpi.person_authentication_methods')} AS methods,
         ${of('mpi.person_verifications')} AS verifications, ${of(RELATIONSHIP)} AS relationships,
         (SELECT count(*)::int FROM mpi.confidant_person_relationship_documents AS t JOIN ${RELATIONSHIP} AS r
              ON r.id = t.confidant_person_relationship_id WHERE r.person_id = p.id) AS proofs,
         ${of('mpi.sign_ups')} AS sign_ups, ${of('mithril.users')} AS users,
         (SELECT count(*)::int FROM mithril.tokens AS t JOIN mithril.users AS u ON u.id = t.user_id
           WHERE u.person_id = p.id) AS tokens,
         (SELECT count(*)::int FROM mpi.status_change_events AS e WHERE e.entity_id = p.id
             OR e.entity_id IN (SELECT id FROM ${RELATIONSHIP} AS r WHERE r.person_id = p.id)) AS events
    FROM mpi.persons AS p JOIN mpi.person_documents AS d ON d.person_id = p.id
   WHERE d.number = ANY ($1::varchar[])`;

const EXAMPLES = 5;

/** Holds every child against the promise: acknowledged is whole, and whatever is not whole is not there at all. */
export async function judgeSignUps(
  database: DrillDatabase,
  { signUps, mediaFolder }: { readonly signUps: readonly SignUp[]; readonly mediaFolder: string },
): Promise<SignUpVerdict> {
  const rows = await database.look<Row & Record<string, unknown>>(CHILDREN, [
    signUps.map(({ number }) => number),
  ]);
  const tally = { lost: 0, wrong: 0, twice: 0, registered: 0, examples: [] as string[] };
  const note = (description: string): void => {
    if (tally.examples.length < EXAMPLES) tally.examples.push(description);
  };
  for (const signUp of signUps) {
    const found = rows.filter(({ number }) => number === signUp.number);
    if (found.length === 0 && signUp.answeredIds.length > 0) {
      tally.lost += 1;
      note('lost: a registration that was acknowledged is not there');
    }
    tally.twice += beyondOne(found);
    const [row] = found;
    if (row === undefined) continue;
    tally.registered += 1;
    const fault = faultOf(row, signUp, mediaFolder);
    if (fault === undefined) continue;
    tally.wrong += 1;
    note(`wrong: ${fault}`);
  }
  return tally;
}

function beyondOne(found: readonly Row[]): number {
  const sum = (column: 'relationships' | 'users' | 'methods'): number =>
    found.reduce((all, row) => all + row[column], 0);
  const beyond = (n: number): number => Math.max(0, n - 1);
  return beyond(found.length) + beyond(sum('relationships')) + beyond(sum('users')) + beyond(sum('methods'));
}

function faultOf(row: Row, signUp: SignUp, mediaFolder: string): string | undefined {
  const parts = Object.keys(WHOLE) as (keyof typeof WHOLE)[];
  const half = parts.filter((part) => row[part] !== WHOLE[part]);
  if (half.length > 0) return `a person has ${half.map((part) => `${row[part]} ${part}`).join(', ')}`;
  if (row.streams !== NEWLY_REGISTERED.streams || row.sum !== NEWLY_REGISTERED.sum)
    return 'a person does not stand as one who was just registered';
  if (signUp.answeredIds.some((id) => id !== row.id)) return 'a server has answered with somebody else';
  const hasRightTokens = row.tokens >= Math.max(1, signUp.answeredIds.length) && row.tokens <= signUp.sent;
  if (!hasRightTokens) return `a user has ${row.tokens} tokens after ${signUp.sent} calls`;
  const object = join(mediaFolder, 'persons-dev', row.id, 'signed_content');
  if (!existsSync(object)) return 'the signed content of a person is missing';
  return readFileSync(object).equals(signUp.container)
    ? undefined
    : 'the signed content of a person is another one';
}

/** What nobody needs: objects, persons, users and relationships without a registration, and uploads that are still in the log. */
export async function leftovers(
  database: DrillDatabase,
  { registered, mediaFolder }: { readonly registered: number; readonly mediaFolder: string },
): Promise<number> {
  const rows = await database.number(
    `SELECT (SELECT count(*) FROM mpi.persons AS p WHERE NOT EXISTS (
               SELECT FROM mpi.sign_ups AS s WHERE s.person_id = p.id) AND NOT EXISTS (
               SELECT FROM mithril.users AS u WHERE u.person_id = p.id AND u.tax_id IS NOT NULL))
          + (SELECT abs(count(*) - $1::int) FROM mpi.sign_ups)
          + (SELECT abs(count(*) - $1::int) FROM ${RELATIONSHIP})
          + (SELECT abs(count(*) - $1::int) FROM mithril.users WHERE tax_id IS NULL)
          + (SELECT count(*) FROM mpi.media_uploads)`,
    [registered],
  );
  return rows + Math.abs(filesIn(mediaFolder).length - registered);
}
