import { Column, Entity } from 'typeorm';
import type { RelationType } from '../../domain/person/dictionaries';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../domain/confidant/relationship-status.rules';
import { Row } from '../row.entity';

/** A confidant person acts for a person. Written by the module `confidant-relationships`. */
@Entity({ schema: 'mpi', name: 'confidant_person_relationships' })
export class ConfidantPersonRelationship extends Row {
  @Column({ type: 'uuid', nullable: true }) confidantPersonId!: string | null;
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar', nullable: true }) relationType!: RelationType | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
  /** The first day on which it no longer holds. */
  @Column({ type: 'date', nullable: true }) activeTo!: string | null;
  @Column({ type: 'varchar', nullable: true }) verificationStatus!: RelationshipStatus | null;
  @Column({ type: 'varchar', nullable: true }) verificationReason!: RelationshipReason | null;
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
  /** The civil status act of the birth that proves it. */
  @Column({ type: 'uuid', nullable: true }) dracsBirthActId!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) dracsBirthSyncedAt!: Date | null;
  /** Written together with the person. It counts against them as a confidant before it is approved. */
  @Column({ type: 'boolean', default: false }) madeAtRegistration!: boolean;
  /** The person gets the method THIRD_PERSON when this becomes VERIFIED. */
  @Column({ type: 'boolean', default: false }) awaitsMethod!: boolean;
  /** The alias of that method. */
  @Column({ type: 'varchar', nullable: true }) methodAlias!: string | null;
  @Column({ type: 'uuid', nullable: true }) insertedBy!: string | null;
  @Column({ type: 'uuid', nullable: true }) updatedBy!: string | null;
}
