import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/**
 * A change of a status, for the event manager. Written with the change of the status, in the same transaction;
 * nobody changes or removes it.
 */
@Entity({ schema: 'mpi', name: 'status_change_events' })
export class StatusChangeEvent extends Row {
  @Column({ type: 'varchar', nullable: true, default: 'StatusChangeEvent' })
  eventType!: 'StatusChangeEvent' | null;
  @Column({ type: 'varchar', nullable: true })
  entityType!: 'Person' | 'Party' | 'ConfidantPersonRelationship' | null;
  @Column({ type: 'uuid', nullable: true }) entityId!: string | null;
  /** The changed status with its new value. */
  @Column({ type: 'jsonb', nullable: true }) properties!: Readonly<Record<string, unknown>> | null;
  @Column({ type: 'timestamptz', nullable: true }) eventTime!: Date | null;
  @Column({ type: 'uuid', nullable: true }) changedBy!: string | null;
}
