import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';
import {
  DracsDeathStream,
  DracsNameChangeStream,
  DrfoStream,
  RegisterStreamColumns,
} from '../verification-stream.entity';

/** The five streams of a party, in one row. Written by the module `verifications`. */
@Entity({ schema: 'prm', name: 'party_verifications' })
export class PartyVerification extends Row {
  @Column({ type: 'uuid' }) partyId!: string;
  @Column({ type: 'uuid', nullable: true }) insertedBy!: string | null;
  @Column({ type: 'uuid', nullable: true }) updatedBy!: string | null;
  /** Follows `parties.is_active` by a trigger; nobody else writes it. */
  @Column({ type: 'boolean', default: true }) partyIsActive!: boolean;

  @Column(() => DrfoStream, { prefix: 'drfo_' }) drfo!: DrfoStream;
  @Column(() => DracsDeathStream, { prefix: 'dracs_death_' }) dracsDeath!: DracsDeathStream;
  @Column(() => RegisterStreamColumns, { prefix: 'mvs_passport_' }) mvsPassport!: RegisterStreamColumns;
  @Column(() => RegisterStreamColumns, { prefix: 'dms_passport_' }) dmsPassport!: RegisterStreamColumns;
  @Column(() => DracsNameChangeStream, { prefix: 'dracs_name_change_' })
  dracsNameChange!: DracsNameChangeStream;
}
