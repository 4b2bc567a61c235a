import { editDuringRun } from './edit-during-run';
import { flushRedis } from './flush-redis';
import { garbleAnswers } from './garble-answers';
import { hangCalls } from './hang-calls';
import { killWorkers } from './kill-workers';
import { loseRedis } from './lose-redis';
import type { Drill } from './play';
import { restartPostgres } from './restart-postgres';
import { stopWorker } from './stop-worker';
import { swapAnswers } from './swap-answers';
import { tripleTickets } from './triple-tickets';

/** Every drill, in the order in which they are played. */
export const DRILLS: readonly Drill[] = [
  killWorkers,
  stopWorker,
  flushRedis,
  loseRedis,
  restartPostgres,
  hangCalls,
  garbleAnswers,
  swapAnswers,
  editDuringRun,
  tripleTickets,
];
