import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** What the register holds under a UNZR somebody asked about; pending, it is the job too. Written by `unzr-info`. */
@Entity({ schema: 'mimir', name: 'unzr_info' })
export class UnzrInfo extends Row {
  @Column({ type: 'varchar' }) unzr!: string;
  /** pending, processed or failed. */
  @Column({ type: 'varchar' }) jobStatus!: string;
  @Column({ type: 'jsonb', nullable: true }) info!: Readonly<Record<string, unknown>> | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @Column({ type: 'uuid' }) insertedBy!: string;
  @Column({ type: 'uuid' }) updatedBy!: string;
  /** Calls of the register for the pending question. */
  @Column({ type: 'smallint', default: 0 }) tries!: number;
  /** When a worker may take the pending row. */
  @Column({ type: 'timestamptz', nullable: true, default: () => 'now()' }) nextTryAt!: Date | null;
  @Column({ type: 'uuid', nullable: true }) claimId!: string | null;
}
