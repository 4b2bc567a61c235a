import { SafeError } from './error-description';

/**
 * The only fields of a log line, with their shapes. A field that is not listed, or has another shape, is dropped: who
 * forgets to mask something loses a field, not a secret.
 */
export const LOG_FIELDS = {
  request_id: 'token',
  method: 'word',
  route: 'route',
  status: 'number',
  duration_ms: 'number',

  job: 'word',
  stream: 'word',
  run_id: 'uuid',
  /** Id of the user who started the run. */
  started_by: 'uuid',
  claim_id: 'uuid',
  worker: 'token',
  tick: 'time',
  counts: 'counts',
  batches: 'number',
  persons: 'number',
  parties: 'number',
  attempt: 'number',

  /** Ids of a registered patient and of their user. */
  person_id: 'uuid',
  user_id: 'uuid',

  message_id: 'uuid',
  /** The operators of the security server ask for it. */
  uxp_transaction_id: 'token',
  kind: 'word',
  end: 'word',
  why: 'word',
  outcome: 'word',
  state: 'word',
  open_until: 'time',

  signal: 'word',
  /** `api` or `worker`. */
  process: 'word',
  server: 'word',
  /** Where a server is. */
  host: 'token',
  port: 'number',
  database: 'token',
  migration: 'word',
  /** Of a trusted authority, in hexadecimal. */
  certificate_serial: 'token',
  context: 'word',
  exit_status: 'number',
  public_url: 'address',
  internal_url: 'address',
  version: 'token',
  /** Host and port of each server that the process uses. */
  servers: 'places',
  /** The cron expression of each job. */
  schedules: 'schedules',
  time_zone: 'zone',

  /** Made by `describeError` only. */
  error: 'error',
} as const satisfies Record<string, FieldShape>;

/** The shapes of fields, checked below. */
export type FieldShape =
  | 'word'
  | 'token'
  | 'uuid'
  | 'number'
  | 'time'
  | 'route'
  | 'address'
  | 'counts'
  | 'places'
  | 'schedules'
  | 'zone'
  | 'error';

/** The name of a field of a log line. */
export type LogFieldName = keyof typeof LOG_FIELDS;

interface ValueOfShape {
  word: string;
  token: string;
  uuid: string;
  number: number;
  time: Date;
  route: string;
  address: string;
  counts: Readonly<Record<string, number>>;
  places: Readonly<Record<string, string>>;
  schedules: Readonly<Record<string, string>>;
  zone: string;
  error: SafeError;
}

/** What may be logged beside a sentence. */
export type LogFields = {
  readonly [Name in LogFieldName]?: ValueOfShape[(typeof LOG_FIELDS)[Name]] | undefined;
};

/** Names from the code or from closed lists. Latin only, so that no name of a person passes by accident. */
const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

const TOKEN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A route as declared, with `:id` for a parameter. */
const ROUTE = /^\/[a-z0-9_/:*{}-]{0,127}$/i;

const ADDRESS = /^http:\/\/[A-Za-z0-9.:[\]-]{1,255}\/?$/;

/** Hosts with ports, separated by commas; no user and no path. */
const PLACES = /^[A-Za-z0-9.:,[\]_-]{1,1000}$/;

/** A cron expression. */
const SCHEDULE = /^[A-Za-z0-9*,/#?LW -]{1,128}$/;

/** A name of the IANA time zone database. */
const ZONE = /^[A-Za-z0-9_+/-]{1,64}$/;

const matches =
  (pattern: RegExp) =>
  (value: unknown): unknown =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

const finite = (value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const time = (value: unknown): unknown =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;

/** An object of named values; those with another name or shape are dropped. */
const named =
  (shape: (value: unknown) => unknown) =>
  (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.fromEntries(
      Object.entries(value).filter(([name, each]) => WORD.test(name) && shape(each) !== undefined),
    );
  };

const safeError = (value: unknown): unknown => (value instanceof SafeError ? value.toJSON() : undefined);

const KEEP: Record<FieldShape, (value: unknown) => unknown> = {
  word: matches(WORD),
  token: matches(TOKEN),
  uuid: matches(UUID),
  number: finite,
  time,
  route: matches(ROUTE),
  address: matches(ADDRESS),
  counts: named(finite),
  places: named(matches(PLACES)),
  schedules: named(matches(SCHEDULE)),
  zone: matches(ZONE),
  error: safeError,
};

/** The value if it has this shape, otherwise undefined. */
export function allowedValue(shape: FieldShape, value: unknown): unknown {
  return KEEP[shape](value);
}

const isAllowed = (name: string): name is LogFieldName => Object.hasOwn(LOG_FIELDS, name);

/** The fields of a log line that the allow-list lets through. */
export function keepAllowedFields(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!isAllowed(name)) continue;
    const allowed = allowedValue(LOG_FIELDS[name], value);
    if (allowed !== undefined) kept[name] = allowed;
  }
  return kept;
}
