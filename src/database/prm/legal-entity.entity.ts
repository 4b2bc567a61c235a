import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/**
 * An organisation that works with the system. Written by administrators, outside this program; on a machine of one's
 * own `npm run token` makes one.
 */
@Entity({ schema: 'prm', name: 'legal_entities' })
export class LegalEntity extends Row {
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
  /** NHS, MIS, PIS and others: the dictionary is open. */
  @Column({ type: 'varchar' }) type!: string;
  @Column({ type: 'varchar', nullable: true }) status!: 'ACTIVE' | 'SUSPENDED' | 'CLOSED' | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
}
