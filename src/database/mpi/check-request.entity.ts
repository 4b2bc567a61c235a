import { Column, Entity } from 'typeorm';
import type { StreamName } from '../../domain/verification/stream';
import { Row } from '../row.entity';

/** An immediate check that an official has requested. Written by the module `verifications`. */
@Entity({ schema: 'mpi', name: 'check_requests' })
export class CheckRequest extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar' }) stream!: StreamName;
  /** Who asked last. */
  @Column({ type: 'uuid' }) requestedBy!: string;
  @Column({ type: 'timestamptz', default: () => 'now()' }) requestedAt!: Date;
  /** When a worker may look at it next; empty once it is over. */
  @Column({ type: 'timestamptz', nullable: true, default: () => 'now()' }) nextLookAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) endedAt!: Date | null;
  @Column({ type: 'varchar', nullable: true }) endedAs!: 'done' | 'failed' | null;
  /** Kind of the technical error of a failed one. */
  @Column({ type: 'varchar', nullable: true }) errorKind!: string | null;
}
