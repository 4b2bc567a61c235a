import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A phone of a person. Written by the module `persons`. */
@Entity({ schema: 'mpi', name: 'person_phones' })
export class PersonPhone extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar' }) type!: 'MOBILE' | 'LAND_LINE';
  @Column({ type: 'varchar' }) number!: string;
}
