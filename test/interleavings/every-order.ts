import type { SeededRandom } from '../drills/seeded-random';
import type { Chooser, Event, Execution } from './execution';
import { areDependent } from './statement-effects';
import type { Step } from './stepped-connections';

/** A place in an order where another statement could have been let go. */
interface Branch {
  readonly held: ReadonlyMap<number, Step>;
  /** Actors whose statement, let go here, leads only to orders that were tried. */
  readonly asleep: ReadonlySet<number>;
  readonly tried: Set<number>;
  readonly toTry: Set<number>;
  chosen: number;
}

/** What trying the orders of some transactions came to. */
export interface Explored {
  readonly executions: readonly Execution[];
  /** Orders that were broken off because they had become equivalent to one that was tried. */
  readonly brokenOff: number;
  /** All orders of so many statements, for comparison. */
  readonly possible: bigint;
  /** Whether orders are left because the limit was reached. */
  readonly isLimited: boolean;
}

/** Whether the order of two statements matters. */
type Dependence = (one: Step, other: Step) => boolean;

const byTables: Dependence = (one, other) => areDependent(one.effects, other.effects);

/** Every order of two statements matters: nothing is pruned. */
export const always: Dependence = () => true;

interface Limits {
  readonly limit?: number;
  readonly dependence?: Dependence;
}

/**
 * Tries every order of the statements, but of orders that differ only in statements whose order cannot matter one:
 * depth-first search with dynamic partial-order reduction (C. Flanagan, P. Godefroid, POPL 2005) and sleep sets
 * (P. Godefroid, 1996). A statement that waits for a lock was let go; until the wait is over only others can be chosen.
 */
export async function everyOrder(
  carryOut: (choose: Chooser) => Promise<Execution>,
  { limit = Infinity, dependence = byTables }: Limits = {},
): Promise<Explored> {
  const search = new Search(dependence);
  const executions: Execution[] = [];
  let brokenOff = 0;
  do {
    const execution = await carryOut(search.chooser());
    if (search.isBrokenOff) brokenOff += 1;
    else executions.push(execution);
    search.learn(execution.events);
  } while (search.turnBack() && executions.length < limit);
  return { executions, brokenOff, possible: possibleOrders(executions[0]), isLimited: search.isOpen };
}

/** Orders chosen at random, the same with the same seed. */
export function randomly(random: SeededRandom): Chooser {
  return (held) => random.pick([...held.keys()]);
}

class Search {
  private readonly path: Branch[] = [];
  isBrokenOff = false;

  constructor(private readonly dependence: Dependence) {}

  /** Follows the path, and goes on where it ends. */
  chooser(): Chooser {
    let depth = 0;
    this.isBrokenOff = false;
    return (held) => {
      const branch = this.path[depth] ?? this.branchOff(held);
      depth += 1;
      if (branch === undefined) return undefined;
      // A retry after a deadlock need not come at the same place each time.
      if (!held.has(branch.chosen)) branch.chosen = Math.min(...held.keys());
      return branch.chosen;
    };
  }

  private branchOff(held: ReadonlyMap<number, Step>): Branch | undefined {
    const asleep = this.asleepAfter(this.path.at(-1), held);
    const chosen = [...held.keys()].find((actor) => !asleep.has(actor));
    if (chosen === undefined) {
      this.isBrokenOff = true;
      return undefined;
    }
    const branch: Branch = { held, asleep, tried: new Set(), toTry: new Set(), chosen };
    this.path.push(branch);
    return branch;
  }

  /** Who was tried or asleep before stays so while only statements come that do not matter to theirs. */
  private asleepAfter(before: Branch | undefined, held: ReadonlyMap<number, Step>): ReadonlySet<number> {
    const step = before?.held.get(before.chosen);
    if (before === undefined || step === undefined) return new Set();
    const all = [...before.asleep, ...before.tried].filter((actor) => actor !== before.chosen);
    return new Set(
      all.filter((actor) => {
        const own = before.held.get(actor);
        return own !== undefined && held.has(actor) && !this.dependence(own, step);
      }),
    );
  }

  /** Finds pairs of statements that could have come the other way round, and plans to try that. */
  learn(events: readonly Event[]): void {
    const before = this.happensBefore(events);
    events.forEach((event, late) => {
      for (let early = 0; early < late; early += 1) {
        if (this.isRace(events, before, { early, late })) this.plan(this.path[early], event.actor);
      }
    });
  }

  private plan(branch: Branch | undefined, actor: number): void {
    if (branch === undefined) return;
    const others = branch.held.has(actor) ? [actor] : branch.held.keys();
    for (const other of others) branch.toTry.add(other);
  }

  /** For each event those that come before it in every equivalent order. */
  private happensBefore(events: readonly Event[]): readonly ReadonlySet<number>[] {
    const before: Set<number>[] = [];
    events.forEach((event, late) => {
      const all = new Set<number>();
      for (let early = late - 1; early >= 0; early -= 1) {
        const other = events[early];
        if (all.has(early) || other === undefined) continue;
        if (other.actor !== event.actor && !this.dependence(other, event)) continue;
        all.add(early);
        before[early]?.forEach((one) => all.add(one));
      }
      before.push(all);
    });
    return before;
  }

  private isRace(
    events: readonly Event[],
    before: readonly ReadonlySet<number>[],
    { early, late }: { readonly early: number; readonly late: number },
  ): boolean {
    const [one, other] = [events[early], events[late]];
    if (one === undefined || other === undefined || one.actor === other.actor) return false;
    if (!this.dependence(one, other)) return false;
    for (let between = early + 1; between < late; between += 1) {
      if (before[late]?.has(between) && before[between]?.has(early)) return false;
    }
    return true;
  }

  /** Goes back to the last place where something is left to try; false if there is none. */
  turnBack(): boolean {
    for (let branch = this.path.at(-1); branch !== undefined; branch = this.path.at(-1)) {
      const { tried, toTry, asleep, chosen } = branch;
      tried.add(chosen);
      const next = [...toTry].find((actor) => !tried.has(actor) && !asleep.has(actor));
      if (next !== undefined) {
        // Tried even if it turns out not to be held this time: it is not tried for ever.
        tried.add(next);
        branch.chosen = next;
        return true;
      }
      this.path.pop();
    }
    return false;
  }

  get isOpen(): boolean {
    return this.path.length > 0;
  }
}

/** How many orders there are of as many statements: a multinomial. */
export function possibleOrders(execution: Execution | undefined): bigint {
  const counts = new Map<number, number>();
  for (const { actor } of execution?.events ?? []) counts.set(actor, (counts.get(actor) ?? 0) + 1);
  let [orders, placed] = [1n, 0n];
  for (const count of counts.values()) {
    for (let each = 1n; each <= BigInt(count); each += 1n) {
      placed += 1n;
      orders = (orders * placed) / each;
    }
  }
  return orders;
}
