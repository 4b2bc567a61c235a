import type { OldRows } from '../database/old-rows';

/** The tables from which old rows are removed. Other rooms put theirs in while the program starts. */
export class PurgeList {
  private readonly tables = new Map<string, OldRows>();

  add(...all: readonly OldRows[]): void {
    for (const old of all) {
      if (this.tables.has(old.table)) throw new Error(`The table ${old.table} is purged twice.`);
      this.tables.set(old.table, old);
    }
  }

  all(): readonly OldRows[] {
    return [...this.tables.values()];
  }
}
