import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/**
 * What one worker did in a run, counter by counter. Written by the module `verifications`, in the transaction
 * that did it.
 */
@Entity({ schema: 'mpi', name: 'job_run_counts' })
export class JobRunCount extends Row {
  @Column({ type: 'uuid' }) runId!: string;
  @Column({ type: 'varchar' }) worker!: string;
  @Column({ type: 'varchar' }) counter!: string;
  /** A bigint, so a string here. */
  @Column({ type: 'bigint', default: 0 }) n!: string;
}
