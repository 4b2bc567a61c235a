import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** How many people of a run had a result at a moment of the last minutes. */
@Entity({ schema: 'mpi', name: 'job_run_samples' })
export class JobRunSample extends Row {
  @Column({ type: 'uuid' }) runId!: string;
  @Column({ type: 'timestamptz', default: () => 'now()' }) sampledAt!: Date;
  /** A bigint, so a string here. */
  @Column({ type: 'bigint' }) done!: string;
}
