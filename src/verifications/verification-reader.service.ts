import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { STREAMS, type StreamName } from '../domain/verification/stream';

/** The published columns of a stream, and their published names. */
const PUBLISHED: Readonly<Record<string, string>> = {
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

/** A person's verification as it is published: the cumulative status, and the columns of each stream. */
export interface VerificationDetails {
  readonly verification_status: string | null;
  readonly details: Readonly<Record<StreamName, Readonly<Record<string, unknown>>>>;
}

/** Reads the verification of persons. */
@Injectable()
export class VerificationReader {
  constructor(private readonly transactions: Transactions) {}

  /** Refuses if the person, or their row of verifications, does not exist. */
  async details(personId: string): Promise<VerificationDetails> {
    const details = (await this.detailsOfAll([personId])).get(personId);
    if (details === undefined) throw new Refusal('verification_not_found');
    return details;
  }

  /** Of several persons at once; persons who do not exist are missing from the result. */
  async detailsOfAll(personIds: readonly string[]): Promise<ReadonlyMap<string, VerificationDetails>> {
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
  const published: Record<string, unknown> = {};
  for (const [column, name] of Object.entries(PUBLISHED)) {
    const value = row[`${stream}_${column}`];
    if (value !== undefined) published[name] = value;
  }
  return published;
}
