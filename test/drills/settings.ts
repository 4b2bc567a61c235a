/** Every drill counts in leases; two seconds is the shortest allowed. */
export const LEASE_MS = 2_000;

/**
 * For drills in which nobody dies: on a machine that does something else as well, the shortest lease passes now and
 * then although its worker lives.
 */
export const LONG_LEASE: Readonly<Record<string, string>> = { VERIFICATION_LEASE_SECONDS: '10' };

/**
 * A start takes a second or two. On two cores with a load of twenty it took up to fifty seconds; six times that is no
 * load any more, and the drill hangs.
 */
export const START_WITHIN_MS = 300_000;

/**
 * For drills whose register holds answers back until a fault has happened, or until a worker has started: no call may
 * time out meanwhile, or it would be asked twice. Workers that get SIGTERM have to wait for such a call.
 */
export const PATIENT_CALLS: Readonly<Record<string, string>> = {
  TREMBITA_TIMEOUT_MS: String(START_WITHIN_MS),
  SHUTDOWN_GRACE_SECONDS: String(START_WITHIN_MS / 1000 + 6),
};

/** As small as they may be, so that minutes of real life pass in seconds. */
export const SETTINGS: Readonly<Record<string, string>> = {
  LOG_LEVEL: 'info',
  DATABASE_POOL_SIZE: '6',
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  WORKER_INTERNAL_PORT: '0',
  VERIFICATION_LEASE_SECONDS: String(LEASE_MS / 1000),
  JOB_POLL_SECONDS: '1',
  SHUTDOWN_GRACE_SECONDS: '9',
  TREMBITA_TIMEOUT_MS: '3000',
  TREMBITA_BREAKER_OPEN_MS: '200',
  VERIFICATION_RETRY_FIRST_SECONDS: '1',
  VERIFICATION_RETRY_CAP_SECONDS: '1',
  // Once in four years: the drills put in their runs themselves.
  DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  DMS_PARTY_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  MVS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  RETENTION_SCHEDULE: '0 0 29 2 *',
};
