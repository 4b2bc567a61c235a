import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** Since when a schedule is known (older ticks are not caught up), and whether it is paused. Written by the module `jobs`. */
@Entity({ schema: 'mpi', name: 'job_schedules' })
export class JobSchedule extends Row {
  @Column({ type: 'varchar' }) job!: string;
  @Column({ type: 'timestamptz', default: () => 'now()', insert: false }) firstSeenAt!: Date;
  /** Null while the job is not paused; then so are the user and the reason. */
  @Column({ type: 'timestamptz', nullable: true, insert: false }) pausedAt!: Date | null;
  @Column({ type: 'uuid', nullable: true, insert: false }) pausedBy!: string | null;
  @Column({ type: 'varchar', nullable: true, insert: false }) pauseReason!: string | null;
  /** When the last pause ended. */
  @Column({ type: 'timestamptz', nullable: true, insert: false }) resumedAt!: Date | null;
}
