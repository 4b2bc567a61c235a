import { bothJobs } from './both-jobs';
import { cutConnections } from './cut-connections';
import { editDuringRun } from './edit-during-run';
import { emptyRedis } from './empty-redis';
import { endWorkers, rollingRestart } from './end-workers';
import { fillDisk } from './fill-disk';
import { flakyRegister } from './flaky-register';
import { flushRedis } from './flush-redis';
import { garbleAnswers } from './garble-answers';
import { hangCalls } from './hang-calls';
import { idleTransaction } from './idle-transaction';
import { killWorkers } from './kill-workers';
import { loseRedis, loseRedisForAMinute } from './lose-redis';
import { loseRegister } from './lose-register';
import type { Drill } from './play';
import { poisonPersons } from './poison-persons';
import { restartPostgres } from './restart-postgres';
import { sameTimetable } from './same-timetable';
import { shiftClocks } from './shift-clocks';
import { killOverSignUps, restartOverSignUps } from './sign-up-drills';
import { slowRegister } from './slow-register';
import { stopWorker } from './stop-worker';
import { stormPassports } from './storm-passports';
import { swapAnswers } from './swap-answers';
import { tripleTickets } from './triple-tickets';
import { flushOverUnzrs, killOverUnzrs, loseRegisterOverUnzrs } from './unzr-drills';

/** Every drill, in the order in which they are played. */
export const DRILLS: readonly Drill[] = [
  killWorkers,
  stopWorker,
  endWorkers,
  rollingRestart,
  flushRedis,
  loseRedis,
  loseRedisForAMinute,
  emptyRedis,
  restartPostgres,
  cutConnections,
  idleTransaction,
  hangCalls,
  garbleAnswers,
  swapAnswers,
  loseRegister,
  flakyRegister,
  slowRegister,
  shiftClocks,
  sameTimetable,
  poisonPersons,
  stormPassports,
  editDuringRun,
  tripleTickets,
  bothJobs,
  killOverUnzrs,
  flushOverUnzrs,
  loseRegisterOverUnzrs,
  killOverSignUps,
  restartOverSignUps,
  fillDisk,
];
