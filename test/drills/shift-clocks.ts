import type { FaultReport } from './findings';
import { releasedFromTheLiving } from './count-calls';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import { LEASE_MS, LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';
import { wrongClock } from './wrong-clock';

const PERSONS = 600;
const JUMPS = 6;

/** D15: the clocks of two workers of three are wrong by an hour, and jump forth and back in the middle of a run. */
export const shiftClocks: Drill = {
  name: 'shift-clocks',
  code: 'D15',
  says: `two workers' clocks an hour wrong, jumping forth and back ${JUMPS} times in one run`,
  short: false,
  play: (stage) =>
    play(stage, { name: 'shift-clocks', persons: PERSONS, latencyMs: 150, settings: LONG_LEASE }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  const [ahead, behind] = await Promise.all([
    scene.worker(wrongClock(1)),
    scene.worker(wrongClock(-1)),
    scene.worker(),
  ]);
  const runId = await startRun(books);
  for (let jump = 1; jump <= JUMPS; jump += 1) {
    await register.reached(Math.round((jump * PERSONS * 0.7) / (JUMPS + 1)));
    for (const { child } of [ahead, behind]) child.signal('SIGUSR2');
  }
  await runEnds(books, runId);
  const released = await releasedFromTheLiving(books, []);
  const byThem = await books.number(
    `SELECT count(*) FROM drill.history WHERE what = 'finished' AND worker = ANY ($1::varchar[])`,
    [[ahead.child.name, behind.child.name]],
  );
  return {
    faults: JUMPS,
    notes: [`${byThem} persons were finished by workers with a wrong clock`],
    missed: [
      ...(await wrongTimes(scene)),
      ...(byThem === 0 ? ['the workers with wrong clocks finished nobody'] : []),
      ...(released > 0 && scene.lagMs < LEASE_MS ? [`${released} persons were taken from the living`] : []),
    ],
  };
}

/** Every time that is written must lie in the drill, by the clock of the database; a retry may lie a wait ahead. */
export async function wrongTimes({ books, startedAt }: Scene): Promise<string[]> {
  const outside = (column: string): string =>
    `count(*) FILTER (WHERE ${column} NOT BETWEEN $1::timestamptz AND clock_timestamp())`;
  const wrong = await books.number(
    `SELECT (SELECT count(*) FROM mpi.person_verifications JOIN drill.began AS b USING (person_id)
              WHERE dms_passport_synced_at IS DISTINCT FROM b.synced_at
                AND dms_passport_synced_at NOT BETWEEN $1::timestamptz AND clock_timestamp()
                 OR dms_passport_unverified_at IS DISTINCT FROM b.unverified_at
                AND dms_passport_unverified_at NOT BETWEEN $1::timestamptz AND clock_timestamp()
                 OR dms_passport_retry_at > clock_timestamp() + interval '1 minute')
          + (SELECT ${outside('inserted_at')} FROM mpi.audit_log)
          + (SELECT ${outside('inserted_at')} FROM mpi.status_change_events)
          + (SELECT ${outside('started_at')} + ${outside('finished_at')} FROM mpi.job_runs)`,
    [startedAt],
  );
  return wrong > 0 ? [`${wrong} times were written that are not of this hour`] : [];
}
