import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';

const RUNS = 3;
const FAILURE_RATE = 0.3;

/** D13: three of ten questions get a technical error, at random. */
export const flakyRegister: Drill = {
  name: 'flaky-register',
  code: 'D13',
  says: `${FAILURE_RATE * 100} % of the answers are technical errors, in ${RUNS} runs`,
  short: false,
  play: (stage) =>
    play(stage, { name: 'flaky-register', persons: 600, latencyMs: 60, settings: LONG_LEASE }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  await scene.workers(2);
  await register.behave({ failureRate: FAILURE_RATE });
  for (let run = 0; run < RUNS; run += 1) await runEnds(books, await startRun(books));
  await register.behave({ failureRate: 0 });
  const faults = await books.number(`SELECT count(*) FROM drill.history WHERE what = 'failed'`);
  const verdicts = await books.number(
    `SELECT count(*) FROM drill.history AS f JOIN mpi.audit_log AS a ON a.claim_id = f.claim_id
        AND a.resource_id = f.person_id AND a."row" IN ('S4', 'S5', 'S6', 'S7') WHERE f.what = 'failed'`,
  );
  return {
    faults,
    failedAtRandom: true,
    missed: verdicts > 0 ? [`${verdicts} persons got a verdict out of a technical error`] : [],
  };
}
