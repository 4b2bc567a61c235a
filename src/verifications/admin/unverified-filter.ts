import { z } from 'zod';
import { STREAM_REASONS, STREAM_STATUSES, STREAMS } from '../../domain/verification/stream';
import { Refusal } from '../../domain/refusal';
import { parseBody } from '../../http';
import { type ChosenList, listedBy, unverified } from '../person-list.repository';
import { GRAPHQL_NAMES } from './person-nodes';

/** VERIFIED is no status of somebody who is not. */
const CUMULATIVE = ['VERIFICATION_NEEDED', 'CHANGES_NEEDED', 'NOT_VERIFIED'] as const;

const fieldOf = (stream: keyof typeof GRAPHQL_NAMES): string => `${GRAPHQL_NAMES[stream]}VerificationStatus`;

/** To send null is to send nothing. */
const sent = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;

const FILTER = z.object({
  verificationStatus: z.enum(CUMULATIVE).nullish().transform(sent),
  verificationReason: z.enum(STREAM_REASONS).nullish().transform(sent),
});
const STATUS = z.enum(STREAM_STATUSES).nullish().transform(sent);
const OF_STREAMS = z.object(Object.fromEntries(STREAMS.map((stream) => [fieldOf(stream), STATUS])));

/** The list that a filter chooses: the same lists as those of REST, each of which asks one question. */
export function listChosenBy(filter: unknown): ChosenList {
  const { verificationStatus, verificationReason: reason } = parseBody(FILTER, filter ?? {});
  const ofStreams = parseBody(OF_STREAMS, filter ?? {});
  const asked = STREAMS.flatMap((stream) => {
    const status = ofStreams[fieldOf(stream)];
    return status === undefined ? [] : [{ stream, status }];
  });
  const [ofStream] = asked;
  if (asked.length + (verificationStatus === undefined ? 0 : 1) > 1)
    throw refused('filter', 'only one status can be asked for');
  if (ofStream !== undefined) return unverified({ ...ofStream, reason });
  if (reason !== undefined)
    throw refused('verificationReason', 'a reason is asked for with the status of a stream');
  return verificationStatus === undefined ? unverified(undefined) : listedBy(verificationStatus);
}

function refused(field: string, description: string): Refusal {
  return new Refusal('validation_failed', {
    faults: [{ entry: `$.${field}`, rule: 'invalid', description, params: [] }],
  });
}
