import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A passport found in the register of stolen and lost ones. Written by the module `mvs-passport`. */
@Entity({ schema: 'mimir', name: 'mvs_passport_data' })
export class MvsPassportData extends Row {
  /** Kind of document, in the numbers of the register. */
  @Column({ type: 'varchar' }) passType!: string;
  /** Empty for an ID card, which has no series. */
  @Column({ type: 'varchar', nullable: true }) pasSerial!: string | null;
  @Column({ type: 'varchar' }) pasNumber!: string;
  /** Answer of the register: 1 found. */
  @Column({ type: 'smallint' }) pasStatus!: number;
}
