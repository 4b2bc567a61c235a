import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A role and what it allows. Written by the module `mithril`. */
@Entity({ schema: 'mithril', name: 'roles' })
export class Role extends Row {
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
  /** Separated by spaces. */
  @Column({ type: 'varchar', nullable: true }) scope!: string | null;
}
