import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';
import {
  DracsBirthStream,
  DracsNameChangeStream,
  DrfoStream,
  LegalCapacityStream,
  NhsStream,
  PersonDracsDeathStream,
  RegisterStreamColumns,
} from '../verification-stream.entity';

/** The nine streams of a person, in one row. Written by the module `verifications`. */
@Entity({ schema: 'mpi', name: 'person_verifications' })
export class PersonVerification extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'uuid', nullable: true }) insertedBy!: string | null;
  @Column({ type: 'uuid', nullable: true }) updatedBy!: string | null;
  /** Follows `persons.status` and `persons.is_active` by a trigger; nobody else writes it. */
  @Column({ type: 'boolean', default: true }) personIsActive!: boolean;

  @Column(() => NhsStream, { prefix: 'nhs_' }) nhs!: NhsStream;
  @Column(() => DrfoStream, { prefix: 'drfo_' }) drfo!: DrfoStream;
  @Column(() => PersonDracsDeathStream, { prefix: 'dracs_death_' }) dracsDeath!: PersonDracsDeathStream;
  @Column(() => DracsBirthStream, { prefix: 'dracs_birth_' }) dracsBirth!: DracsBirthStream;
  @Column(() => DracsNameChangeStream, { prefix: 'dracs_name_change_' })
  dracsNameChange!: DracsNameChangeStream;
  @Column(() => LegalCapacityStream, { prefix: 'legal_capacity_' }) legalCapacity!: LegalCapacityStream;
  @Column(() => RegisterStreamColumns, { prefix: 'unzr_' }) unzr!: RegisterStreamColumns;
  @Column(() => RegisterStreamColumns, { prefix: 'mvs_passport_' })
  mvsPassport!: RegisterStreamColumns;
  @Column(() => RegisterStreamColumns, { prefix: 'dms_passport_' })
  dmsPassport!: RegisterStreamColumns;
}
