import type { LoggerService } from '@nestjs/common';
import type { LogFields } from './log-fields';
import type { Log } from './log';

const CONTEXT = /^[A-Z][A-Za-z]{0,40}$/;

/** Nest passes the context last. A stack may precede it; it is text and is dropped. */
function contextOf(rest: readonly unknown[]): { context?: string } {
  const last = rest.at(-1);
  return typeof last === 'string' && CONTEXT.test(last) ? { context: last } : {};
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Of a text nothing is kept, of an object what the allow-list lets through. */
function fieldsOf(message: unknown, rest: readonly unknown[]): LogFields {
  const context = contextOf(rest);
  if (!isPlain(message)) return context;
  const named = Object.entries(message).map(([name, value]) => [snakeCase(name), value] as const);
  return { ...(Object.fromEntries(named) as LogFields), ...context };
}

/**
 * Nest's own messages in our log. Their texts may quote a library's message, so only the context is kept, and the safe
 * description of an error. Nest's normal steps are logged at debug level.
 */
export class NestLog implements LoggerService {
  constructor(private readonly lines: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    if (isPlain(message)) this.lines.info('Nest logger: information', fieldsOf(message, rest));
    else this.lines.debug('Nest logger: step', contextOf(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.lines.debug('Nest logger: detail', fieldsOf(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.lines.debug('Nest logger: detail', fieldsOf(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.lines.warn('Nest logger: warning', fieldsOf(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.lines.error('Nest logger: error', message, fieldsOf(message, rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.lines.fatal('Nest logger: fatal error', message, fieldsOf(message, rest));
  }
}
