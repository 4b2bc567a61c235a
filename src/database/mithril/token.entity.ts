import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A token of a user; the token itself is never stored. Written by the module `mithril`. */
@Entity({ schema: 'mithril', name: 'tokens' })
export class Token extends Row {
  /** Kind of token: `access_token` and others. */
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
  /** SHA-256 of the token, lower-case hexadecimal. */
  @Column({ type: 'varchar', nullable: true }) valueHash!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) expiresAt!: Date | null;
  @Column({ type: 'uuid', nullable: true }) userId!: string | null;
  /** `scope`, `client_id`, `grant_type`; after a sign-up also the applicant. */
  @Column({ type: 'jsonb', nullable: true }) details!: Readonly<Record<string, unknown>> | null;
}
