import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A program that calls on behalf of the legal entity whose id it bears. Written by the room `mithril`. */
@Entity({ schema: 'mithril', name: 'clients' })
export class Client extends Row {
  /** A hash. */
  @Column({ type: 'varchar', nullable: true }) secret!: string | null;
  @Column({ type: 'varchar', nullable: true }) redirectUri!: string | null;
  /** Separated by spaces. */
  @Column({ type: 'varchar', nullable: true }) scope!: string | null;
}
