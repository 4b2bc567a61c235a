import { Column, Entity } from 'typeorm';
import type { RelationshipDocumentType } from '../../domain/person/dictionaries';
import { Row } from '../row.entity';

/** A document that proves a relationship. Written by the module `confidant-relationships`. */
@Entity({ schema: 'mpi', name: 'confidant_person_relationship_documents' })
export class ConfidantPersonRelationshipDocument extends Row {
  @Column({ type: 'uuid', nullable: true }) confidantPersonRelationshipId!: string | null;
  @Column({ type: 'varchar' }) type!: RelationshipDocumentType;
  /** Series and number, as on the document. */
  @Column({ type: 'varchar' }) number!: string;
  @Column({ type: 'varchar', nullable: true }) issuedBy!: string | null;
  @Column({ type: 'date', nullable: true }) issuedAt!: string | null;
}
