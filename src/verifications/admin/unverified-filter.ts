import {
  STREAM_REASONS,
  STREAM_STATUSES,
  STREAMS,
  type StreamReason,
  type StreamStatus,
} from '../../domain/verification/stream';
import { Refusal } from '../../domain/refusal';
import { MayBeNull, OneOf, ReadsInput, validated } from '../../http';
import { type ChosenList, listedBy, unverified } from '../person-list.repository';
import { GRAPHQL_NAMES } from './person-nodes';

/** VERIFIED is no status of somebody who is not. */
const CUMULATIVE = ['VERIFICATION_NEEDED', 'CHANGES_NEEDED', 'NOT_VERIFIED'] as const;

const fieldOf = (stream: keyof typeof GRAPHQL_NAMES): string => `${GRAPHQL_NAMES[stream]}VerificationStatus`;

/** To send null is to send nothing. */
@ReadsInput({ dropsUnknown: true })
class PersonFilter {
  @MayBeNull()
  @OneOf(CUMULATIVE)
  verificationStatus?: (typeof CUMULATIVE)[number] | null;

  @MayBeNull()
  @OneOf(STREAM_REASONS)
  verificationReason?: StreamReason | null;
}

/** The status of each stream, under the name of its field. */
@ReadsInput({ dropsUnknown: true })
class StreamsFilter {
  readonly [field: string]: StreamStatus | null | undefined;
}
for (const stream of STREAMS) {
  MayBeNull()(StreamsFilter.prototype, fieldOf(stream));
  OneOf(STREAM_STATUSES)(StreamsFilter.prototype, fieldOf(stream));
}

/** The list that a filter chooses: the same lists as those of REST, each of which asks one question. */
export async function listChosenBy(filter: unknown): Promise<ChosenList> {
  const sent = await validated(PersonFilter, filter ?? {});
  const ofStreams = await validated(StreamsFilter, filter ?? {});
  const verificationStatus = sent.verificationStatus ?? undefined;
  const reason = sent.verificationReason ?? undefined;
  const asked = STREAMS.flatMap((stream) => {
    const status = ofStreams[fieldOf(stream)] ?? undefined;
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
