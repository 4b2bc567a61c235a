import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** Who changed which data. Written with the change, in the same transaction; never changed or removed but by retention. */
@Entity({ schema: 'mpi', name: 'audit_log' })
export class AuditLog extends Row {
  @Column({ type: 'uuid', nullable: true }) actorId!: string | null;
  /** The table. */
  @Column({ type: 'varchar', nullable: true }) resource!: string | null;
  /** The person or party whose row it is. */
  @Column({ type: 'uuid', nullable: true }) resourceId!: string | null;
  /** Changed fields; personal data is masked. */
  @Column({ type: 'jsonb', nullable: true }) changeset!: Readonly<Record<string, unknown>> | null;
  /** Row of the tables of transitions (S6, …). */
  @Column({ type: 'varchar', nullable: true }) row!: string | null;
  @Column({ type: 'uuid', nullable: true }) runId!: string | null;
  @Column({ type: 'uuid', nullable: true }) claimId!: string | null;
  @Column({ type: 'varchar', nullable: true }) messageId!: string | null;
  @Column({ type: 'integer', nullable: true }) durationMs!: number | null;
}
