import { Column, Entity } from 'typeorm';
import type { DocumentType } from '../../domain/person/dictionaries';
import { Row } from '../row.entity';

/** A document of a person. Written by the module `persons`. */
@Entity({ schema: 'mpi', name: 'person_documents' })
export class PersonDocument extends Row {
  @Column({ type: 'uuid' }) personId!: string;
  @Column({ type: 'varchar' }) type!: DocumentType;
  /** Series and number, as on the document. */
  @Column({ type: 'varchar' }) number!: string;
  @Column({ type: 'varchar', nullable: true }) issuedBy!: string | null;
  @Column({ type: 'date', nullable: true }) issuedAt!: string | null;
  @Column({ type: 'date', nullable: true }) expirationDate!: string | null;
}
