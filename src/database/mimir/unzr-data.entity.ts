import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A UNZR that the demographic register confirmed, with the data that were asked about. Written by the room `unzr`. */
@Entity({ schema: 'mimir', name: 'unzr_data' })
export class UnzrData extends Row {
  @Column({ type: 'varchar', nullable: true }) unzr!: string | null;
  @Column({ type: 'varchar', nullable: true }) familyName!: string | null;
  @Column({ type: 'varchar', nullable: true }) givenName!: string | null;
  @Column({ type: 'varchar', nullable: true }) patronymicName!: string | null;
  @Column({ type: 'date', nullable: true }) dateBirth!: string | null;
  /** Answer of the register: 1 found. */
  @Column({ type: 'smallint', nullable: true }) status!: number | null;
  /** What the register said of its answer in words. */
  @Column({ type: 'varchar', nullable: true }) description!: string | null;
}
