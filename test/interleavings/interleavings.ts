import { SeededRandom } from '../drills/seeded-random';
import { brokenRules } from './broken-rules';
import { type Explored, everyOrder, possibleOrders, randomly } from './every-order';
import { type Chooser, execute, type Execution, type Work } from './execution';
import type { World } from './world';

/** What the orders of some transactions showed. */
export interface Findings {
  readonly names: string;
  readonly orders: number;
  /** Of all orders of so many statements. */
  readonly possible: bigint;
  readonly brokenOff: number;
  readonly isLimited: boolean;
  readonly waits: number;
  readonly deadlocks: number;
  /** What was wrong, and the first order that led to it. */
  readonly violations: ReadonlyMap<string, string>;
}

/** Carries out orders of transactions, each from the same state, and looks at the rules after each. */
export class Interleavings {
  constructor(private readonly world: World) {}

  /** Every order, or the first ones. */
  async all(works: readonly Work[], limit?: number): Promise<Findings> {
    const violations = new Map<string, string>();
    const carryOut = (choose: Chooser): Promise<Execution> => this.carryOut(works, choose, violations);
    const explored = await everyOrder(carryOut, limit === undefined ? {} : { limit });
    return findings(works, explored, violations);
  }

  /** Some orders, the same with the same seed. */
  async some(works: readonly Work[], { seed, orders }: { seed: string; orders: number }): Promise<Findings> {
    const violations = new Map<string, string>();
    const random = new SeededRandom(`${seed} ${namesOf(works)}`);
    const executions: Execution[] = [];
    for (let n = 0; n < orders; n += 1) {
      executions.push(await this.carryOut(works, randomly(random), violations));
    }
    return findings(
      works,
      { executions, brokenOff: 0, possible: possibleOrders(executions[0]), isLimited: true },
      violations,
    );
  }

  /** Once from the same state. */
  async carryOut(
    works: readonly Work[],
    choose: Chooser,
    violations: Map<string, string>,
  ): Promise<Execution> {
    await this.world.restore();
    const execution = await execute(works, choose, this.world.observer);
    for (const sentence of await brokenRules(this.world, execution.ends)) {
      if (!violations.has(sentence)) violations.set(sentence, orderOf(works, execution));
    }
    return execution;
  }
}

export const namesOf = (works: readonly Work[]): string => works.map(({ name }) => name).join(' × ');

const orderOf = (works: readonly Work[], { events }: Execution): string =>
  events.map(({ actor, name }) => `${works[actor]?.name}: ${name}`).join('\n      ');

function findings(
  works: readonly Work[],
  { executions, brokenOff, possible, isLimited }: Explored,
  violations: ReadonlyMap<string, string>,
): Findings {
  const sum = (count: (execution: Execution) => number): number =>
    executions.reduce((total, execution) => total + count(execution), 0);
  return {
    names: namesOf(works),
    orders: executions.length,
    possible,
    brokenOff,
    isLimited,
    waits: sum(({ waits }) => waits),
    deadlocks: sum(({ deadlocks }) => deadlocks),
    violations,
  };
}
