import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationFault } from '../config/read-settings';
import { REFUSALS, Refusal } from '../domain/refusal';

/** Codes of TLS, name resolution and the operating system that help an operator. */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENODATA',
  'ESERVFAIL',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'ENOENT',
  'EEXIST',
  'EISDIR',
  'ENOTDIR',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'EROFS',
  // What database/ gives a lost connection, of which the driver has no code.
  '08006',
]);

/** Node's own codes and those of its HTTP client are constants of their source code. */
const NODE_CODE = /^(?:ERR|UND_ERR)_[A-Z][A-Z0-9_]{0,60}$/;

/** Five symbols. The first two are a class of the SQL standard or of PostgreSQL. */
const SQL_STATE = /^(?:0[0-9A-Z]|2[0-8BDF]|3[489BDF]|4[0124]|5[34578]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

const CONSTRAINT = /^[a-z][a-z0-9_]{0,62}$/;

/** A code that may be logged for any error. */
export function knownCode(code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  return KNOWN_CODES.has(code) || NODE_CODE.test(code) ? code : undefined;
}

/** A code that may be logged for database errors only: elsewhere five symbols could be anything. */
export function sqlState(code: unknown): string | undefined {
  return typeof code === 'string' && SQL_STATE.test(code) ? code : undefined;
}

/** The name of a constraint, in the spelling of our migrations. */
export function constraintName(name: unknown): string | undefined {
  return typeof name === 'string' && CONSTRAINT.test(name) ? name : undefined;
}

/** Enough to find the place, short enough for a log line. */
const MAX_FRAMES = 8;

const LOCATION = /\(?((?:file:\/\/)?\/[^()\s]+):(\d+):\d+\)?$/;

const PLAIN_PATH = /^[\w@.-]+(\/[\w@.-]+)*$/;

/**
 * The part of a stack after the message. A message may have several lines and look like a frame, so a stack without it is
 * ignored.
 */
function linesAfterMessage(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .slice(1);
}

function placeOf(line: string): string | undefined {
  const [, location, lineNumber] = LOCATION.exec(line.trim()) ?? [];
  if (location === undefined || lineNumber === undefined) return undefined;
  const path = location.startsWith('file://') ? fileURLToPath(location) : location;
  const inside = relative(process.cwd(), path).split(sep).join('/');
  // Frames of libraries do not show where our code failed.
  if (!PLAIN_PATH.test(inside) || inside.startsWith('..') || inside.startsWith('node_modules/'))
    return undefined;
  return `${inside}:${lineNumber}`;
}

/** The frames of our own code: file and line, relative to the project. */
export function stackFrames(error: Error): string[] {
  const { stack, message } = error;
  if (typeof stack !== 'string' || typeof message !== 'string') return [];
  return linesAfterMessage(stack, message)
    .map(placeOf)
    .filter((place) => place !== undefined)
    .slice(0, MAX_FRAMES);
}

/** All that may be logged of an error. */
interface ErrorDescription {
  readonly class: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  /** A constant of our source code, without values. */
  readonly sentence?: string | undefined;
  readonly at?: readonly string[] | undefined;
  readonly cause?: ErrorDescription | undefined;
  readonly errors?: readonly ErrorDescription[] | undefined;
}

/** A described error. A class, so that the log can distinguish it from an object of the same shape. */
export class SafeError {
  constructor(private readonly description: ErrorDescription) {}

  get code(): string | undefined {
    return this.description.code;
  }

  get causeCode(): string | undefined {
    return this.description.cause?.code ?? this.description.errors?.[0]?.code;
  }

  toJSON(): ErrorDescription {
    return this.description;
  }

  toString(): string {
    return JSON.stringify(this.description);
  }
}

/** The key under which an error class of ours has the words that may be logged. A symbol, so no library has it. */
export const LOGGED_AS: unique symbol = Symbol('logged as');

/** Words of an error of ours for the log: constants of the source code, never values. */
export interface LoggedWords {
  readonly code?: string;
  readonly sentence?: string;
}

/** Deeper causes and further errors of an AggregateError add length only. */
const MAX_CAUSES = 4;

const MAX_ERRORS = 5;

const CLASS_NAME = /^\$?[A-Z][A-Za-z0-9]{0,60}$/;

const OWN_CODE = /^[a-z][a-z_]{0,60}$/;

const DATABASE_CLASSES: ReadonlySet<string> = new Set(['DatabaseError', 'QueryFailedError']);

/** Nest's wiring errors. Their messages have class names only, and without them nobody finds the fault. */
const WIRING_CLASSES: ReadonlySet<string> = new Set([
  'CircularDependencyException',
  'InvalidClassException',
  'InvalidModuleException',
  'UndefinedDependencyException',
  'UndefinedModuleException',
  'UnknownDependenciesException',
  'UnknownElementException',
  'UnknownExportException',
  'UnknownModuleException',
]);

const read = (from: object, key: PropertyKey): unknown => Reflect.get(from, key);

function className(error: object): string {
  const prototype: unknown = Object.getPrototypeOf(error);
  const maker =
    typeof prototype === 'object' && prototype !== null ? read(prototype, 'constructor') : undefined;
  const name = typeof maker === 'function' ? maker.name : '';
  return CLASS_NAME.test(name) ? name : 'Object';
}

function ownWords(error: Error): LoggedWords | undefined {
  if (error instanceof Refusal) return { code: error.code, sentence: REFUSALS[error.code] };
  if (error instanceof ConfigurationFault) return { sentence: error.message };
  if (WIRING_CLASSES.has(className(error))) return { sentence: error.message };
  const words = read(error, LOGGED_AS) as LoggedWords | undefined;
  if (words === undefined) return undefined;
  const { code, sentence } = words;
  return {
    ...(code !== undefined && OWN_CODE.test(code) ? { code } : {}),
    ...(sentence === undefined ? {} : { sentence }),
  };
}

function databaseWords(error: object): Pick<ErrorDescription, 'code' | 'constraint'> {
  if (!DATABASE_CLASSES.has(className(error))) return {};
  return { code: sqlState(read(error, 'code')), constraint: constraintName(read(error, 'constraint')) };
}

function describeObject(error: unknown, depth: number): ErrorDescription {
  if (typeof error !== 'object' || error === null) return { class: typeof error };
  if (!(error instanceof Error)) return { class: className(error) };
  const { code, constraint } = databaseWords(error);
  const at = stackFrames(error);
  return withoutBlanks({
    class: className(error),
    code: code ?? knownCode(read(error, 'code')),
    constraint,
    ...ownWords(error),
    at: at.length > 0 ? at : undefined,
    ...belowIt(error, depth),
  });
}

function belowIt(error: Error, depth: number): Pick<ErrorDescription, 'cause' | 'errors'> {
  if (depth >= MAX_CAUSES) return {};
  const cause = read(error, 'cause') ?? read(error, 'driverError');
  const errors = read(error, 'errors');
  return {
    cause: cause === undefined || cause === null ? undefined : describeSafely(cause, depth + 1),
    errors: Array.isArray(errors)
      ? errors.slice(0, MAX_ERRORS).map((each) => describeSafely(each, depth + 1))
      : undefined,
  };
}

function withoutBlanks(description: ErrorDescription): ErrorDescription {
  const filled = Object.entries(description).filter(([, value]) => value !== undefined);
  return Object.fromEntries(filled) as unknown as ErrorDescription;
}

/** An error whose properties throw when read must not break the caller. */
function describeSafely(error: unknown, depth: number): ErrorDescription {
  try {
    return describeObject(error, depth);
  } catch {
    return { class: 'Unreadable' };
  }
}

/**
 * What may be logged of an error: class, code, constraint, our own sentence, places in our code. Message, detail, query
 * and parameters of a library's error contain the values that must not be logged; they are never read.
 */
export function describeError(error: unknown): SafeError {
  return error instanceof SafeError ? error : new SafeError(describeSafely(error, 0));
}
