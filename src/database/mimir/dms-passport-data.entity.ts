import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A document found in the register of invalid documents. Written by the module `dms-passport`. */
@Entity({ schema: 'mimir', name: 'dms_passport_data' })
export class DmsPassportData extends Row {
  /** Kind of document, in the numbers of the register. */
  @Column({ type: 'varchar' }) passType!: string;
  /** Empty for an ID card, which has no series. */
  @Column({ type: 'varchar', nullable: true }) pasSerial!: string | null;
  @Column({ type: 'varchar' }) pasNumber!: string;
  /** Answer of the register: 1 found. */
  @Column({ type: 'smallint' }) pasStatus!: number;
}
