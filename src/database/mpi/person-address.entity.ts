import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** An address of a person. Written by the module `persons`. */
@Entity({ schema: 'mpi', name: 'person_addresses' })
export class PersonAddress extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar' }) type!: 'RESIDENCE' | 'REGISTRATION';
  @Column({ type: 'varchar', nullable: true }) country!: string | null;
  /** Oblast. */
  @Column({ type: 'varchar', nullable: true }) area!: string | null;
  /** District. */
  @Column({ type: 'varchar', nullable: true }) region!: string | null;
  @Column({ type: 'varchar', nullable: true }) settlement!: string | null;
  @Column({ type: 'varchar', nullable: true })
  settlementType!: 'CITY' | 'TOWNSHIP' | 'VILLAGE' | 'SETTLEMENT' | null;
  /** The settlement in the address register. */
  @Column({ type: 'uuid', nullable: true }) settlementId!: string | null;
  @Column({ type: 'varchar', nullable: true }) streetType!: string | null;
  @Column({ type: 'varchar', nullable: true }) street!: string | null;
  @Column({ type: 'varchar', nullable: true }) building!: string | null;
  @Column({ type: 'varchar', nullable: true }) apartment!: string | null;
  @Column({ type: 'varchar', nullable: true }) zip!: string | null;
}
