import { z } from 'zod';
import {
  connectionUrl,
  cronExpression,
  oneOf,
  optionalText,
  port,
  positive,
  text,
  timeZone,
  uuid,
  whole,
} from './setting-kinds';
import { REDIS_ENVIRONMENT } from './redis-env';
import { RETENTION_ENVIRONMENT } from './retention-env';
import { SIGN_UP_ENVIRONMENT } from './sign-up-env';
import { TREMBITA_ENVIRONMENT } from './trembita-env';
import { URL_EXAMPLES, type Program, type UrlNeededBy } from './needs';

/**
 * Every setting of the program, in one place: name, kind, default. The document for operators
 * is `.env.example`; a test holds the two together. Nothing else in `src` reads the environment.
 */
export const ENVIRONMENT = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production'], 'development'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'info'),

  DATABASE_URL: connectionUrl(['postgres:', 'postgresql:'], URL_EXAMPLES.DATABASE_URL),
  /** Two connections per core keep PostgreSQL busy; more only queue there. */
  DATABASE_POOL_SIZE: whole({ min: 2, max: 200, fallback: 10 }),
  ...REDIS_ENVIRONMENT,

  HTTP_HOST: text('127.0.0.1'),
  HTTP_PORT: port(3000),
  INTERNAL_HOST: text('127.0.0.1'),
  INTERNAL_PORT: port(3001),
  WORKER_INTERNAL_PORT: port(3002),

  SYSTEM_USER_ID: uuid('00000000-0000-4000-8000-000000000001'),

  TIMETABLE_TIME_ZONE: timeZone('Europe/Kyiv'),
  JOB_POLL_SECONDS: whole({ min: 1, max: 3600, fallback: 5 }),
  /** At most thirty days: a run that waits longer for the register is a run nobody remembers. */
  JOB_GIVE_UP_AFTER_MINUTES: positive({ max: 43_200, fallback: 60, unit: 'a number of minutes' }),
  VERIFICATION_LEASE_SECONDS: whole({ min: 2, max: 3600, fallback: 60 }),
  /** The wait after the first technical error; it doubles with every further one. */
  VERIFICATION_RETRY_FIRST_SECONDS: whole({ min: 1, max: 86_400, fallback: 300 }),
  VERIFICATION_RETRY_CAP_SECONDS: whole({ min: 1, max: 604_800, fallback: 21_600 }),
  SHUTDOWN_GRACE_SECONDS: whole({ min: 1, max: 3600, fallback: 40 }),

  DMS_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  /** At most a hundred years, which is as good as never. */
  DMS_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),

  DMS_PARTY_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  DMS_PARTY_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 50 }),

  MVS_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  MVS_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  MVS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),
  /** What the register calls an ID card is not published: without it booklets alone are asked about. */
  MVS_PASS_TYPE_NATIONAL_ID: optionalText('0102'),

  UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: cronExpression('0 1 * * *'),
  UNZR_PERSON_VALIDATION_PERIOD_DAYS: whole({ min: 1, max: 36_500, fallback: 270 }),
  UNZR_PERSONS_SYNCHRONIZATION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),

  ...TREMBITA_ENVIRONMENT,

  ...SIGN_UP_ENVIRONMENT,

  ...RETENTION_ENVIRONMENT,
});

/** The environment as read, before anybody asked which servers a program needs. */
export type ReadEnvironment = z.infer<typeof ENVIRONMENT>;

/** The settings of one program: the addresses it needs are there, the others may be missing. */
export type SettingsFor<P extends Program> = Omit<ReadEnvironment, UrlNeededBy<P>> &
  Record<UrlNeededBy<P>, string>;

/** The settings every program that verifies persons can rely on; Redis may be missing, as in `npm run job`. */
export type Settings = SettingsFor<'job'>;
