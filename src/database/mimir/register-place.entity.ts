import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A call that may be under way, of all the installation has. Written by the room `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_places' })
export class RegisterPlace extends Row {
  @Column({ type: 'integer' }) place!: number;
  /** Empty while the place is free. */
  @Column({ type: 'uuid', nullable: true }) worker!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) leaseUntil!: Date | null;
}
