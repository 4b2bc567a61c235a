import { Column, Entity } from 'typeorm';
import type { StreamName, SubjectName } from '../../domain/verification/stream';
import { Row } from '../row.entity';

/** A batch of persons or parties that one worker has claimed. Written by the module `verifications`. */
@Entity({ schema: 'mpi', name: 'verification_claims' })
export class VerificationClaim extends Row {
  /** Empty when the batch belongs to no run. */
  @Column({ type: 'uuid', nullable: true }) runId!: string | null;
  @Column({ type: 'varchar' }) stream!: StreamName;
  @Column({ type: 'varchar', default: 'persons' }) subject!: SubjectName;
  @Column({ type: 'varchar', nullable: true }) worker!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) takenAt!: Date | null;
  /** The worker renews it; a claim whose lease has expired is reclaimed. */
  @Column({ type: 'timestamptz', nullable: true }) leaseUntil!: Date | null;
}
