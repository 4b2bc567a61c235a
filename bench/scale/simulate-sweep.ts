import { Cores, Thread } from './cores';
import { EventClock } from './event-clock';
import type { TestEnvironment, MeasuredCosts, Simulated } from './installation';
import { SimulatedWorker } from './simulated-worker';

/** Until the permits are in use and the first groups are written. */
const WARM_UP_MS = 2_000;
const WATCHED_MS = 6_000;

/**
 * A small model of a sweep: every worker claims, asks, gathers and writes by the program's own rules, and each step
 * takes what was measured for it. Threads share cores, and the register answers at its pace.
 */
export function simulateSweep(costs: MeasuredCosts, installation: TestEnvironment): Simulated {
  const clock = new EventClock();
  const databaseCores = new Cores(clock, installation.databaseCores);
  const own = (): Cores => (installation.onOneMachine ? databaseCores : new Cores(clock, 1));
  const registerCores = own();
  const register = new SimulatedRegister(clock, new Thread(registerCores), { costs, installation });
  const machines: Cores[] = [];
  const workers = Array.from({ length: installation.workers }, () => {
    const cores = own();
    machines.push(cores);
    return new SimulatedWorker({
      clock,
      costs,
      calls: installation.callsPerWorker,
      thread: new Thread(cores),
      connections: { claim: new Thread(databaseCores), write: new Thread(databaseCores) },
      ask: (then) => register.ask(then),
    });
  });
  // Workers do not start in the same moment, or they would claim and write in step for ever.
  workers.forEach((worker, n) => clock.after((n * 100) / workers.length, () => worker.start()));

  clock.runUntil(WARM_UP_MS);
  const persons = (): number => workers.reduce((sum, { written }) => sum + written, 0);
  const [before, busy, busyWorkers] = [persons(), databaseCores.busyMs, machines.map(({ busyMs }) => busyMs)];
  clock.runUntil(WARM_UP_MS + WATCHED_MS);
  return {
    personsPerSecond: ((persons() - before) / WATCHED_MS) * 1000,
    databaseUse: (databaseCores.busyMs - busy) / WATCHED_MS / databaseCores.count,
    workerUse: Math.max(
      0,
      ...machines.map(({ busyMs, count }, n) => (busyMs - (busyWorkers[n] ?? 0)) / WATCHED_MS / count),
    ),
  };
}

/** Answers after its latency, and no faster than its rate allows. */
class SimulatedRegister {
  private freeAtMs = 0;

  constructor(
    private readonly clock: EventClock,
    private readonly thread: Thread,
    private readonly given: { readonly costs: MeasuredCosts; readonly installation: TestEnvironment },
  ) {}

  ask(then: () => void): void {
    const { answersPerSecond, latencyMs, onOneMachine } = this.given.installation;
    const startsAtMs = Math.max(this.clock.nowMs, this.freeAtMs);
    this.freeAtMs = startsAtMs + 1000 / answersPerSecond;
    const answered = (): void => this.clock.after(latencyMs, then);
    this.clock.after(startsAtMs - this.clock.nowMs, () => {
      // A register of somebody else costs us its latency; the sandbox computes on our cores.
      if (onOneMachine) this.thread.compute(this.given.costs.registerPerCallMs, answered);
      else answered();
    });
  }
}
