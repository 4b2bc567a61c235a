import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** The result of a signed content. The same content sent again returns it. Written by the module `persons`. */
@Entity({ schema: 'mpi', name: 'sign_ups' })
export class SignUp extends Row {
  /** SHA-256 of the signed content, its signer and the time of signing, lower-case hexadecimal. */
  @Column({ type: 'varchar', nullable: true }) contentSha256!: string | null;
  @Column({ type: 'uuid' }) personId!: string;
  /** The user of that person; null while a relationship is to be approved first. */
  @Column({ type: 'uuid', nullable: true }) userId!: string | null;
  /** Whether this content registered the person, who was unknown before. */
  @Column({ type: 'boolean', default: false }) createdPerson!: boolean;
}
