import { alterColumns } from './alter-drill';
import { bothJobs, killWorkers } from './worker-kill-drills';
import { cutConnections, idleTransaction, restartPostgres } from './postgres-drills';
import { editDuringRun } from './edit-drill';
import { emptyRedis, flushRedis, loseRedis, loseRedisForAMinute, repeatedWakeUps } from './redis-drills';
import { endWorkers, rollingRestart } from './worker-end-drills';
import { fillDisk, killOverSignUps, restartOverSignUps } from './sign-up-drills';
import { hostileAddress } from './hostile-drill';
import { flakyRegister, loseRegister, slowRegister } from './register-outage-drills';
import { garbleAnswers, hangCalls, swapAnswers } from './register-answer-drills';
import type { Drill } from './definition';
import { connectionLimit, lockedTable, readOnly, silentNetwork } from './outage-drills';
import { poisonPersons, stormPassports } from './write-conflict-drills';
import { sameSchedule, shiftClocks } from './clock-drills';
import { stopWorker } from './worker-stop-drill';
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
  silentNetwork,
  readOnly,
  connectionLimit,
  lockedTable,
  alterColumns,
  hangCalls,
  garbleAnswers,
  swapAnswers,
  loseRegister,
  flakyRegister,
  slowRegister,
  shiftClocks,
  sameSchedule,
  poisonPersons,
  stormPassports,
  editDuringRun,
  repeatedWakeUps,
  bothJobs,
  killOverUnzrs,
  flushOverUnzrs,
  loseRegisterOverUnzrs,
  killOverSignUps,
  restartOverSignUps,
  fillDisk,
  hostileAddress,
];
