import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A document of a party. No module of this program writes it yet. */
@Entity({ schema: 'prm', name: 'party_documents' })
export class PartyDocument extends Row {
  @Column({ type: 'uuid' }) partyId!: string;
  @Column({ type: 'varchar' }) type!: string;
  /** Series and number, as on the document. */
  @Column({ type: 'varchar' }) number!: string;
}
