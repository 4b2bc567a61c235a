import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A role that a user has everywhere. Written by the module `mithril`. */
@Entity({ schema: 'mithril', name: 'global_user_roles' })
export class GlobalUserRole extends Row {
  @Column({ type: 'uuid', nullable: true }) userId!: string | null;
  @Column({ type: 'uuid', nullable: true }) roleId!: string | null;
}
