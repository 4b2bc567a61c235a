import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A user who signs in. Written by the module `mithril`. */
@Entity({ schema: 'mithril', name: 'users' })
export class User extends Row {
  @Column({ type: 'varchar', nullable: true }) taxId!: string | null;
  /** The person in the master patient index; a person has at most one active user. */
  @Column({ type: 'uuid', nullable: true }) personId!: string | null;
  @Column({ type: 'varchar', nullable: true }) email!: string | null;
  @Column({ type: 'boolean', nullable: true, default: true }) isActive!: boolean | null;
  @Column({ type: 'boolean', nullable: true, default: false }) isBlocked!: boolean | null;
  @Column({ type: 'varchar', nullable: true }) blockReason!: string | null;
  @Column({ type: 'jsonb', nullable: true }) settings!: Readonly<Record<string, unknown>> | null;
  @Column({ type: 'jsonb', nullable: true }) privSettings!: Readonly<Record<string, unknown>> | null;
}
