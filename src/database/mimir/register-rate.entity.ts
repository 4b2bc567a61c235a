import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** The line of sending times that keeps the shared rate. Written by the room `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_rate' })
export class RegisterRate extends Row {
  @Column({ type: 'varchar' }) register!: string;
  /** The first moment nobody has reserved. */
  @Column({ type: 'timestamptz', default: () => 'now()' }) nextFreeAt!: Date;
}
