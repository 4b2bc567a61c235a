import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A client program. It has the id of its legal entity. Written by the module `mithril`. */
@Entity({ schema: 'mithril', name: 'clients' })
export class Client extends Row {
  /** A hash. */
  @Column({ type: 'varchar', nullable: true }) secret!: string | null;
  @Column({ type: 'varchar', nullable: true }) redirectUri!: string | null;
  /** Separated by spaces. */
  @Column({ type: 'varchar', nullable: true }) scope!: string | null;
}
