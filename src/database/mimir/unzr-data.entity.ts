import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A UNZR that the demographic register confirmed, with the data of the question. Written by the module `unzr`. */
@Entity({ schema: 'mimir', name: 'unzr_data' })
export class UnzrData extends Row {
  @Column({ type: 'varchar', nullable: true }) unzr!: string | null;
  @Column({ type: 'varchar', nullable: true }) familyName!: string | null;
  @Column({ type: 'varchar', nullable: true }) givenName!: string | null;
  @Column({ type: 'varchar', nullable: true }) patronymicName!: string | null;
  @Column({ type: 'date', nullable: true }) dateBirth!: string | null;
  /** Answer of the register: 1 found. */
  @Column({ type: 'smallint', nullable: true }) status!: number | null;
  /** The register's own words about its answer. */
  @Column({ type: 'varchar', nullable: true }) description!: string | null;
}
