import { Column, Entity } from 'typeorm';
import type { AuthenticationMethodType } from '../../domain/person/dictionaries';
import { Row } from '../row.entity';

/** How a person confirms actions on their behalf. Written by the module `confidant-relationships`. */
@Entity({ schema: 'mpi', name: 'person_authentication_methods' })
export class PersonAuthenticationMethod extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar' }) type!: AuthenticationMethodType;
  @Column({ type: 'varchar', nullable: true }) phoneNumber!: string | null;
  /** The third person, for THIRD_PERSON. */
  @Column({ type: 'uuid', nullable: true }) value!: string | null;
  @Column({ type: 'varchar', nullable: true }) alias!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) startedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) endedAt!: Date | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
  @Column({ type: 'uuid', nullable: true }) insertedBy!: string | null;
  @Column({ type: 'uuid', nullable: true }) updatedBy!: string | null;
}
