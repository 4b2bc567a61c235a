import { ConfigurationFault } from '../config/configuration-fault';
import { REFUSALS, Refusal } from '../domain/refusal';
import { constraintName, knownCode, sqlState } from './error-code.rules';
import { stackFrames } from './stack-frames';

/** What a log may tell about an error, and nothing else. */
interface ErrorDescription {
  readonly class: string;
  readonly code?: string | undefined;
  readonly constraint?: string | undefined;
  /** Written by us, beforehand, without values. */
  readonly sentence?: string | undefined;
  readonly at?: readonly string[] | undefined;
  readonly cause?: ErrorDescription | undefined;
  readonly errors?: readonly ErrorDescription[] | undefined;
}

/** A described error. A class of its own, so that the log can tell it from an object that only looks alike. */
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

/**
 * An error class of ours outside the rule book says with this key which of its words may be logged. A symbol,
 * so that no library's error can have it by chance.
 */
export const LOGGED_AS: unique symbol = Symbol('logged as');

/** The words an error of ours offers to the log: constants of the source code, never values. */
export interface LoggedWords {
  readonly code?: string;
  readonly sentence?: string;
}

/** Deeper causes and further errors of a bundle add length, not knowledge. */
const DEEPEST_CAUSE = 4;
const MOST_ERRORS = 5;

const CLASS_NAME = /^\$?[A-Z][A-Za-z0-9]{0,60}$/;
const OWN_CODE = /^[a-z][a-z_]{0,60}$/;
const DATABASE_CLASSES: ReadonlySet<string> = new Set(['DatabaseError', 'QueryFailedError']);

/** The framework refuses to start with sentences made of class names only; without them no one could wire it. */
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
  if (depth >= DEEPEST_CAUSE) return {};
  const cause = read(error, 'cause') ?? read(error, 'driverError');
  const errors = read(error, 'errors');
  return {
    cause: cause === undefined || cause === null ? undefined : describeSafely(cause, depth + 1),
    errors: Array.isArray(errors)
      ? errors.slice(0, MOST_ERRORS).map((each) => describeSafely(each, depth + 1))
      : undefined,
  };
}

function withoutBlanks(description: ErrorDescription): ErrorDescription {
  const filled = Object.entries(description).filter(([, value]) => value !== undefined);
  return Object.fromEntries(filled) as unknown as ErrorDescription;
}

/** An error whose properties throw when they are read must not stop the one who reports it. */
function describeSafely(error: unknown, depth: number): ErrorDescription {
  try {
    return describeObject(error, depth);
  } catch {
    return { class: 'Unreadable' };
  }
}

/**
 * What may be said about an error: its class, a code, a constraint, our own sentence, places in our code. A
 * library's message, detail, query and parameters carry the very values that must not be written down; they
 * are not filtered but never looked at.
 */
export function describeError(error: unknown): SafeError {
  return error instanceof SafeError ? error : new SafeError(describeSafely(error, 0));
}
