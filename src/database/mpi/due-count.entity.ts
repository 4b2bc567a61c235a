import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** How many people are due for a job, counted by one process for all. Written by the module `verifications`. */
@Entity({ schema: 'mpi', name: 'due_counts' })
export class DueCount extends Row {
  @Column({ type: 'varchar' }) job!: string;
  /** Empty until the first count has ended. */
  @Column({ type: 'integer', nullable: true }) due!: number | null;
  @Column({ type: 'timestamptz', nullable: true }) countedAt!: Date | null;
  @Column({ type: 'timestamptz', default: () => 'now()' }) startedAt!: Date;
}
