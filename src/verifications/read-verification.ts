import type { Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { STREAMS, type StreamName } from '../domain/verification/stream';

/** The columns of a stream that are shown, and under which name. */
const SHOWN: Readonly<Record<string, string>> = {
  verification_status: 'verification_status',
  verification_reason: 'verification_reason',
  verification_comment: 'verification_comment',
  data_status: 'status',
  data_result: 'result',
  synced_at: 'synced_at',
  unverified_at: 'unverified_at',
};

const FIND: Statement = {
  name: 'read_person_verifications',
  text: `
    SELECT p.verification_status AS cumulative, v.*
      FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id
     WHERE p.id = ANY ($1::uuid[])`,
};

/** A person's verification as it is told: the sum, and each stream with what it has. */
export interface VerificationDetails {
  readonly verification_status: string | null;
  readonly details: Readonly<Record<StreamName, Readonly<Record<string, unknown>>>>;
}

/** Reads how a person's verification stands. */
export class ReadVerification {
  constructor(private readonly transactions: Transactions) {}

  /** Refuses when the person, or his row of verifications, is not there. */
  async run(personId: string): Promise<VerificationDetails> {
    const details = (await this.ofAll([personId])).get(personId);
    if (details === undefined) throw new Refusal('verification_not_found');
    return details;
  }

  /** Of several persons at once; who is not there is not among them. */
  async ofAll(personIds: readonly string[]): Promise<ReadonlyMap<string, VerificationDetails>> {
    const rows = await this.transactions.query<Record<string, unknown>>(FIND, [personIds]);
    return new Map(rows.map((row) => [String(row['person_id']), detailsOf(row)]));
  }
}

function detailsOf(row: Readonly<Record<string, unknown>>): VerificationDetails {
  const details = Object.fromEntries(STREAMS.map((stream) => [stream, streamOf(row, stream)]));
  return {
    verification_status: row['cumulative'] as string | null,
    details: details as VerificationDetails['details'],
  };
}

function streamOf(row: Readonly<Record<string, unknown>>, stream: StreamName): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [column, name] of Object.entries(SHOWN)) {
    const value = row[`${stream}_${column}`];
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}
