import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A run of a job. Written by the module `jobs`. */
@Entity({ schema: 'mpi', name: 'job_runs' })
export class JobRun extends Row {
  @Column({ type: 'varchar', nullable: true }) job!: string | null;
  /** Tick of the schedule; null when the run was started by hand. */
  @Column({ type: 'timestamptz', nullable: true }) tick!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) startedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) finishedAt!: Date | null;
  @Column({ type: 'uuid', nullable: true }) startedBy!: string | null;
  /** The process that holds the run and alone ends it. */
  @Column({ type: 'varchar', nullable: true }) worker!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) leaseUntil!: Date | null;
  @Column({ type: 'varchar', nullable: true })
  status!: 'RUNNING' | 'FINISHED' | 'FAILED' | 'STOPPED' | 'SKIPPED' | null;
  /** Decides who is due in this run, whatever the settings of the workers that take part. */
  @Column({ type: 'integer', nullable: true }) validationPeriodDays!: number | null;
  /** How many were due when it started; a bigint, so a string here. Null where they cannot be counted. */
  @Column({ type: 'bigint', nullable: true }) dueAtStart!: string | null;
  /** Summed up when the run ends. */
  @Column({ type: 'jsonb', nullable: true }) counts!: Readonly<Record<string, unknown>> | null;
}
