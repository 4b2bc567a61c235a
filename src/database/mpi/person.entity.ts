import { Column, Entity } from 'typeorm';
import type { Gender } from '../../domain/person/dictionaries';
import type { EmergencyContact } from '../../domain/person/person-request';
import type { CumulativeStatus } from '../../domain/verification/stream';
import { Row } from '../row.entity';

/**
 * A patient. Written by the module `persons`; `verification_status` by the module `verifications` alone, which also empties
 * a malformed `unzr` (S5).
 */
@Entity({ schema: 'mpi', name: 'persons' })
export class Person extends Row {
  @Column({ type: 'varchar' }) firstName!: string;
  @Column({ type: 'varchar' }) lastName!: string;
  @Column({ type: 'varchar', nullable: true }) secondName!: string | null;
  @Column({ type: 'date' }) birthDate!: string;
  @Column({ type: 'varchar', nullable: true }) birthCountry!: string | null;
  @Column({ type: 'varchar' }) birthSettlement!: string;
  @Column({ type: 'varchar' }) gender!: Gender;
  @Column({ type: 'varchar', nullable: true }) email!: string | null;
  @Column({ type: 'varchar', nullable: true }) taxId!: string | null;
  /** The person refused a tax number. */
  @Column({ type: 'boolean', nullable: true, default: false }) noTaxId!: boolean | null;
  @Column({ type: 'boolean', nullable: true, default: false }) invalidTaxId!: boolean | null;
  @Column({ type: 'varchar', nullable: true }) unzr!: string | null;
  @Column({ type: 'date', nullable: true }) deathDate!: string | null;
  @Column({ type: 'varchar', nullable: true }) preferredWayCommunication!: 'email' | 'phone' | null;
  /** The password of the person for the contact centre. */
  @Column({ type: 'varchar', nullable: true }) secret!: string | null;
  @Column({ type: 'jsonb', nullable: true }) emergencyContact!: EmergencyContact | null;
  @Column({ type: 'boolean', nullable: true, default: false }) patientSigned!: boolean | null;
  @Column({ type: 'boolean', nullable: true, default: false }) processDisclosureDataConsent!: boolean | null;
  @Column({ type: 'varchar', nullable: true }) status!: 'active' | 'inactive' | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
  /** The cumulative status of all streams. */
  @Column({ type: 'varchar', nullable: true }) verificationStatus!: CumulativeStatus | null;
  @Column({ type: 'uuid' }) insertedBy!: string;
  @Column({ type: 'uuid' }) updatedBy!: string;
}
