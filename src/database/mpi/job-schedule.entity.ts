import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** Since when a schedule is known: older ticks are not caught up. Written by the module `jobs`. */
@Entity({ schema: 'mpi', name: 'job_schedules' })
export class JobSchedule extends Row {
  @Column({ type: 'varchar' }) job!: string;
  @Column({ type: 'timestamptz', default: () => 'now()', insert: false }) firstSeenAt!: Date;
}
