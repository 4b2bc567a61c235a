import { SafeError } from './describe-error';
import { LOG_FIELDS, type FieldShape, type LogFieldName } from './log-fields.table';

interface ValueOfShape {
  word: string;
  token: string;
  uuid: string;
  number: number;
  time: Date;
  route: string;
  address: string;
  counts: Readonly<Record<string, number>>;
  error: SafeError;
}

/** What a caller may say beside its sentence. */
export type LogFields = {
  readonly [Name in LogFieldName]?: ValueOfShape[(typeof LOG_FIELDS)[Name]] | undefined;
};

/** Names given in the code or in closed lists. Latin only, so that no name of a person passes by accident. */
const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const TOKEN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A route as it is declared, with `:id` for its parameters. */
const ROUTE = /^\/[a-z0-9_/:*{}-]{0,127}$/i;
const ADDRESS = /^http:\/\/[A-Za-z0-9.:[\]-]{1,255}\/?$/;

const matches =
  (pattern: RegExp) =>
  (value: unknown): unknown =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

const finite = (value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const time = (value: unknown): unknown =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;

function counts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(([name, count]) => WORD.test(name) && finite(count) !== undefined),
  );
}

const safeError = (value: unknown): unknown => (value instanceof SafeError ? value.toJSON() : undefined);

const KEEP: Record<FieldShape, (value: unknown) => unknown> = {
  word: matches(WORD),
  token: matches(TOKEN),
  uuid: matches(UUID),
  number: finite,
  time,
  route: matches(ROUTE),
  address: matches(ADDRESS),
  counts,
  error: safeError,
};

const isAllowed = (name: string): name is LogFieldName => Object.hasOwn(LOG_FIELDS, name);

/** What is left of a log line's fields after the allow-list. */
export function keepAllowedFields(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!isAllowed(name)) continue;
    const allowed = KEEP[LOG_FIELDS[name]](value);
    if (allowed !== undefined) kept[name] = allowed;
  }
  return kept;
}
