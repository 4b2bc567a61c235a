import { Bell } from './bell';
import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import type { Scene } from './scene';

const TIMES = 3;
const ROUNDS = 10;
const PERSONS = 500;
const HEARD_WITHIN_MS = 90_000;

/** D20: every ticket is delivered three times, to two workers. */
export const tripleTickets: Drill = {
  name: 'triple-tickets',
  code: 'D20',
  says: 'every ticket delivered three times, two workers',
  short: true,
  play: (stage) => play(stage, { name: 'triple-tickets', persons: PERSONS, latencyMs: 80 }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, redis } = scene;
  await scene.workers(2);
  const bell = new Bell(redis.url);
  try {
    const runId = await startRun(books);
    for (let round = 0; round < ROUNDS; round += 1) {
      await register.reached(Math.round((round * PERSONS * 0.6) / ROUNDS));
      await bell.ring(TIMES);
    }
    await runEnds(books, runId);
    await bell.ring(TIMES);
    await bell.isHeard(HEARD_WITHIN_MS);
  } finally {
    await bell.close();
  }
  return { faults: (ROUNDS + 1) * TIMES };
}
