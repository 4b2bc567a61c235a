import { Column, Entity } from 'typeorm';
import type { StreamReason, StreamStatus, StreamName } from '../../domain/verification/stream';
import { Row } from '../row.entity';

/** As `mpi.verification_locks`, for parties; the claims are shared. Written by the module `verifications`. */
@Entity({ schema: 'prm', name: 'party_verification_locks' })
export class PartyVerificationLock extends Row {
  @Column({ type: 'uuid' }) partyId!: string;
  @Column({ type: 'varchar' }) stream!: StreamName;
  /** The claim that holds the stream; empty while it only waits for a retry. */
  @Column({ type: 'uuid', nullable: true }) claimId!: string | null;
  @Column({ type: 'varchar', nullable: true }) statusBefore!: StreamStatus | null;
  @Column({ type: 'varchar', nullable: true }) reasonBefore!: StreamReason | null;
  /** Technical errors in a row. */
  @Column({ type: 'integer', nullable: true, default: 0 }) attempts!: number | null;
  /** The run of the last technical error: it does not ask again. */
  @Column({ type: 'uuid', nullable: true }) triedInRun!: string | null;
  /** Trembita message of the last technical error. */
  @Column({ type: 'varchar', nullable: true }) lastMessageId!: string | null;
  @Column({ type: 'varchar', nullable: true }) lastErrorKind!: string | null;
}
