import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** The circuit breaker of a method. Written by the room `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_breakers' })
export class RegisterBreaker extends Row {
  @Column({ type: 'varchar' }) method!: string;
  /** One more with every change of state. */
  @Column({ type: 'integer', default: 0 }) period!: number;
  /** Empty while everybody may call. */
  @Column({ type: 'timestamptz', nullable: true }) openUntil!: Date | null;
  /** How long it was shut the last time. */
  @Column({ type: 'double precision', nullable: true }) openMs!: number | null;
  @Column({ type: 'uuid', nullable: true }) probeBy!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) probeUntil!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) answeredAt!: Date | null;
}
