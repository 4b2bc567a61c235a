import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** Ended calls of a method within one second. Written by `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_call_counts' })
export class RegisterCallCount extends Row {
  @Column({ type: 'varchar' }) method!: string;
  @Column({ type: 'integer' }) period!: number;
  @Column({ type: 'timestamptz' }) second!: Date;
  @Column({ type: 'integer', default: 0 }) calls!: number;
  @Column({ type: 'integer', default: 0 }) failures!: number;
}
