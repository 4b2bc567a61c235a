import { Column, Entity } from 'typeorm';
import type { PartyCumulativeStatus } from '../../domain/verification/stream';
import { Row } from '../row.entity';

/** A natural person known as a health worker. `verification_status` is written by the module `verifications`. */
@Entity({ schema: 'prm', name: 'parties' })
export class Party extends Row {
  @Column({ type: 'varchar', nullable: true }) firstName!: string | null;
  @Column({ type: 'varchar', nullable: true }) lastName!: string | null;
  @Column({ type: 'varchar', nullable: true }) secondName!: string | null;
  @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  @Column({ type: 'varchar', nullable: true }) taxId!: string | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
  /** The cumulative status of all streams. */
  @Column({ type: 'varchar', nullable: true }) verificationStatus!: PartyCumulativeStatus | null;
}
