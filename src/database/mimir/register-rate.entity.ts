import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** The reserved sending times of the shared rate. Written by `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_rate' })
export class RegisterRate extends Row {
  @Column({ type: 'varchar' }) register!: string;
  /** The first moment that no worker has reserved. */
  @Column({ type: 'timestamptz', default: () => 'now()' }) nextFreeAt!: Date;
}
