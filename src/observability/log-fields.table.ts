/**
 * The only fields a log line may have, and the shape each must have to be kept. A field that is not here, or
 * does not look like its shape, is dropped: forgetting to mask something then costs a field, not a secret.
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
  /** Who wanted the run: an id, never a name. */
  started_by: 'uuid',
  claim_id: 'uuid',
  worker: 'token',
  tick: 'time',
  counts: 'counts',
  batches: 'number',
  persons: 'number',
  parties: 'number',
  attempt: 'number',

  /** A patient who was registered, and his user: ids, never a name. */
  person_id: 'uuid',
  user_id: 'uuid',

  message_id: 'uuid',
  /** What the operators of the security server ask for. */
  uxp_transaction_id: 'token',
  kind: 'word',
  end: 'word',
  why: 'word',
  outcome: 'word',
  state: 'word',
  open_until: 'time',

  signal: 'word',
  door: 'word',
  server: 'word',
  migration: 'word',
  context: 'word',
  exit_status: 'number',
  public_url: 'address',
  internal_url: 'address',

  /** Described by `describeError`, the only maker of this field. */
  error: 'error',
} as const satisfies Record<string, FieldShape>;

/** The shapes a field can have; `keep-allowed-fields.ts` knows how each looks. */
export type FieldShape =
  'word' | 'token' | 'uuid' | 'number' | 'time' | 'route' | 'address' | 'counts' | 'error';

/** The name of a field of a log line. */
export type LogFieldName = keyof typeof LOG_FIELDS;
