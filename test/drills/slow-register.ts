import type { FaultReport } from './findings';
import { releasedFromTheLiving } from './count-calls';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import { LEASE_MS } from './drill-settings';
import type { Scene } from './scene';

const QUICK_MS = 50;
/** Longer than a lease: a worker that waits must keep whom it holds. */
const SLOW_MS = 1.5 * LEASE_MS;
const SLOW_QUESTIONS = 80;

/** D14: the register becomes sixty times slower, and quick again. */
export const slowRegister: Drill = {
  name: 'slow-register',
  code: 'D14',
  says: `answers take ${QUICK_MS} ms, then ${SLOW_MS} ms, longer than a lease, then ${QUICK_MS} ms`,
  short: false,
  play: (stage) =>
    play(
      stage,
      {
        name: 'slow-register',
        persons: 500,
        latencyMs: QUICK_MS,
        settings: { TREMBITA_TIMEOUT_MS: '30000', SHUTDOWN_GRACE_SECONDS: '36' },
      },
      fault,
    ),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  await scene.workers(2);
  const runId = await startRun(books);
  await register.reached(120);
  await register.behave({ latencyMs: SLOW_MS });
  await register.reached(120 + SLOW_QUESTIONS);
  await register.behave({ latencyMs: QUICK_MS });
  await runEnds(books, runId);
  const released = await releasedFromTheLiving(books, []);
  // A machine that itself stood still for a good part of a lease is no proof against the program.
  const isProof = scene.lagMs < LEASE_MS / 4;
  return {
    faults: 1,
    missed:
      released > 0 && isProof ? [`${released} persons were taken from workers that only had to wait`] : [],
  };
}
