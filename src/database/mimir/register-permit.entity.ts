import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/**
 * A permit: one of the concurrent calls that the installation may have under way. Written by `mvs-trembita`. The table
 * kept its first name.
 */
@Entity({ schema: 'mimir', name: 'register_places' })
export class RegisterPermit extends Row {
  @Column({ type: 'integer' }) place!: number;
  /** Empty while the permit is free. */
  @Column({ type: 'uuid', nullable: true }) worker!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) leaseUntil!: Date | null;
}
