import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** An age or limit by which persons are registered. Written by administrators, outside this program. */
@Entity({ schema: 'prm', name: 'global_parameters' })
export class GlobalParameter extends Row {
  @Column({ type: 'varchar', nullable: true }) parameter!: string | null;
  /** As text; the reader knows the type. */
  @Column({ type: 'varchar', nullable: true }) value!: string | null;
}
