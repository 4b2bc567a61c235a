import type { LoggerService } from '@nestjs/common';
import type { LogFields } from './keep-allowed-fields';
import type { Log } from './log';

const CONTEXT = /^[A-Z][A-Za-z]{0,40}$/;

/** The framework passes the context last; before it may stand a stack, which is text and therefore dropped. */
function contextOf(rest: readonly unknown[]): { context?: string } {
  const last = rest.at(-1);
  return typeof last === 'string' && CONTEXT.test(last) ? { context: last } : {};
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What is kept of a message: of text nothing, of an object what the allow-list lets through. */
function fieldsOf(message: unknown, rest: readonly unknown[]): LogFields {
  const context = contextOf(rest);
  if (!isPlain(message)) return context;
  const named = Object.entries(message).map(([name, value]) => [snakeCase(name), value] as const);
  return { ...(Object.fromEntries(named) as LogFields), ...context };
}

/**
 * The framework's own messages, through our log. Their texts may quote a library's message, so only who spoke
 * is kept, and of errors what may be said about them. What the framework tells as its normal course is no news.
 */
export class NestLog implements LoggerService {
  constructor(private readonly lines: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    if (isPlain(message)) this.lines.info('A room reports', fieldsOf(message, rest));
    else this.lines.debug('The framework reports a step', contextOf(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.lines.debug('The framework reports a detail', fieldsOf(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.lines.debug('The framework reports a detail', fieldsOf(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.lines.warn('The framework or a room warns', fieldsOf(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.lines.error('The framework or a room reports an error', message, fieldsOf(message, rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.lines.fatal('The framework cannot go on', message, fieldsOf(message, rest));
  }
}
