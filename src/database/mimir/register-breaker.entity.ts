import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** The circuit breaker of a method. Written by `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_breakers' })
export class RegisterBreaker extends Row {
  @Column({ type: 'varchar' }) method!: string;
  /** Grows by one with every change of state. */
  @Column({ type: 'integer', default: 0 }) period!: number;
  /** Empty while the circuit is closed and calls may go out. */
  @Column({ type: 'timestamptz', nullable: true }) openUntil!: Date | null;
  /** How long the circuit was open the last time. */
  @Column({ type: 'double precision', nullable: true }) openMs!: number | null;
  @Column({ type: 'uuid', nullable: true }) probeBy!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) probeUntil!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) answeredAt!: Date | null;
}
