import { AnswerId, AnswerInteger, AnswerText, AnswerTime, AnswerWord } from '../../http';
import { PROGRAM_ROLES } from '../../database/mpi/program-instance.entity';
import type { WorkingInstance } from '../working-instances.service';

/** A process of the installation. */
export class InstanceDto {
  @AnswerId({ description: 'New at every start.' })
  id!: string;

  @AnswerWord(PROGRAM_ROLES, { description: '`command` is a run in the foreground.' })
  role!: string;

  @AnswerText()
  host!: string;

  @AnswerText()
  version!: string;

  @AnswerTime()
  started_at!: string;

  @AnswerTime()
  last_seen_at!: string;

  @AnswerTime({
    nullable: true,
    description: 'Since when it gives no sign of life: it was killed, or cannot reach the database.',
  })
  silent_since!: string | null;

  @AnswerInteger({ minimum: 0, description: 'Batches of people that it has claimed.' })
  claims!: number;

  @AnswerTime({ nullable: true })
  oldest_claim_at!: string | null;
}

/** A process as it is sent. */
export function instanceDto({ lastSeenAt, oldestClaimAt, ...process }: WorkingInstance): InstanceDto {
  return {
    ...{ id: process.id, role: process.role, host: process.host, version: process.version },
    started_at: process.startedAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    silent_since: process.isSilent ? lastSeenAt.toISOString() : null,
    claims: process.claims,
    oldest_claim_at: oldestClaimAt?.toISOString() ?? null,
  };
}

export const INSTANCE_EXAMPLE: InstanceDto = {
  id: '5a5b1c9e-0000-4000-8000-000000000006',
  role: 'worker',
  host: 'verification-worker-7d9f',
  version: '0.2.0',
  started_at: '2026-03-01T18:20:07.000Z',
  last_seen_at: '2026-03-02T01:03:58.210Z',
  silent_since: null,
  claims: 1,
  oldest_claim_at: '2026-03-02T01:03:57.800Z',
};
