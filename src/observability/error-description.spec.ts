import fc from 'fast-check';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { errors as undiciErrors } from 'undici';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationFault } from '../config/read-settings';
import { Refusal } from '../domain/refusal';
import { LOGGED_AS, describeError, type LoggedWords } from './error-description';

const MARKER = 'МАРКЕР-marker-КВ123456';

const described = (error: unknown): string => describeError(error).toString();

function databaseError(code: string, constraint?: string): DatabaseError {
  const error = new DatabaseError(`duplicate key: ${MARKER}`, 1, 'error');
  return Object.assign(error, {
    code,
    constraint,
    detail: `Key (number)=(${MARKER}) already exists.`,
    where: MARKER,
    internalQuery: MARKER,
  });
}

const queryFailed = (cause: Error): QueryFailedError =>
  new QueryFailedError(`SELECT '${MARKER}'::uuid`, [MARKER, { name: MARKER }], cause);

describe('Describing an error for the log', () => {
  it('has the code and the constraint of a unique violation, and none of its values', () => {
    const error = queryFailed(databaseError('23505', 'persons_tax_id_key'));
    expect(describeError(error).toJSON()).toMatchObject({
      class: 'QueryFailedError',
      code: '23505',
      constraint: 'persons_tax_id_key',
      cause: { class: 'DatabaseError', code: '23505', constraint: 'persons_tax_id_key' },
    });
    expect(described(error)).not.toContain(MARKER);
  });

  it('has only the code of a failed cast', () => {
    const error = queryFailed(databaseError('22P02'));
    expect(describeError(error).code).toBe('22P02');
    expect(described(error)).not.toContain(MARKER);
  });

  it('takes five symbols for an SQLSTATE in database errors only', () => {
    expect(describeError(Object.assign(new Error('x'), { code: '23505' })).code).toBeUndefined();
    expect(describeError(databaseError('МАРКЕ')).code).toBeUndefined();
  });

  it('keeps the words of our own refusals, without what filled them', () => {
    const refusal = new Refusal('status_change_refused', { words: { from: MARKER, to: 'VERIFIED' } });
    expect(describeError(refusal).toJSON()).toMatchObject({
      class: 'Refusal',
      code: 'status_change_refused',
      sentence: "Can't update verification status from {from} to {to}",
    });
    expect(described(refusal)).not.toContain(MARKER);
  });

  it('keeps all faults of a configuration', () => {
    const fault = new ConfigurationFault([{ name: 'HTTP_PORT', problem: 'must be a port' }]);
    expect(describeError(fault).toJSON().sentence).toBe('HTTP_PORT must be a port');
  });

  it('keeps what an error class of ours offers to the log, and its code only as a word', () => {
    class RegisterTrouble extends Error {
      readonly [LOGGED_AS]: LoggedWords;

      constructor(words: LoggedWords) {
        super(MARKER);
        this[LOGGED_AS] = words;
      }
    }
    const trouble = new RegisterTrouble({ code: 'timeout', sentence: 'The register was silent' });
    expect(describeError(trouble).toJSON()).toMatchObject({
      code: 'timeout',
      sentence: 'The register was silent',
    });
    expect(described(new RegisterTrouble({ code: MARKER }))).not.toContain(MARKER);
  });

  it('names the places in our code that an error passed, relative to the project', () => {
    const [place] = describeError(new Error(MARKER)).toJSON().at ?? [];
    expect(place).toMatch(/^src\/observability\/error-description\.spec\.ts:\d+$/);
  });

  it('does not take a line of a message for a place', () => {
    const disguised = `x\n    at f (${process.cwd()}/src/marker-КВ123456.ts:1:1)\n    at ${process.cwd()}/marker.ts:2:2`;
    expect(described(new Error(disguised))).not.toContain('marker');
  });

  it.each([
    ['a zod error', () => z.object({ [MARKER]: z.enum([MARKER]) }).safeParse({ [MARKER]: 5 }).error],
    ['an undici error', () => new undiciErrors.SocketError(MARKER, { remoteAddress: MARKER } as never)],
    ['an address that cannot be read', () => thrownBy(() => new URL(`http://${MARKER}:x/`))],
    ['unreadable JSON', () => thrownBy(() => JSON.parse(`{"name": ${MARKER}`))],
    [
      'a nested cause',
      () => new Error(MARKER, { cause: new Error(MARKER, { cause: queryFailed(databaseError('23514')) }) }),
    ],
    [
      'a bundle of errors',
      () => new AggregateError([queryFailed(databaseError('23505')), MARKER, { MARKER }], MARKER),
    ],
    ['a thrown text', () => MARKER],
    ['a thrown object', () => ({ message: MARKER, code: MARKER })],
    [
      'an error with a borrowed name',
      () => Object.assign(new Error(MARKER), { name: MARKER, code: MARKER, constraint: MARKER }),
    ],
    [
      'an error that only claims to be of the database',
      () => Object.assign(new Error(MARKER), { constructor: { name: MARKER } }),
    ],
  ])('contains nothing of %s', (_, make) => {
    const error = make();
    expect(error).toBeDefined();
    expect(described(error)).not.toContain('МАРКЕР');
    expect(described(error)).not.toContain('marker');
  });

  it('survives errors that throw when they are read, or that are their own cause', () => {
    const hostile = new Proxy(new Error(MARKER), {
      get: () => {
        throw new Error(MARKER);
      },
    });
    expect(describeError(hostile).toJSON()).toEqual({ class: 'Unreadable' });
    const circular = new Error(MARKER);
    circular.cause = circular;
    expect(described(circular)).not.toContain(MARKER);
  });

  it('contains nothing of generated content, wherever it is in an error', () => {
    const content = fc.string({ minLength: 6, unit: 'grapheme' }).map((text) => `${text}Ж9Ж`);
    const anything = fc.oneof(content, fc.array(content), fc.record({ message: content, code: content }));
    const properties = fc.record(
      {
        // The runtime itself joins these three into a stack, so they must be texts.
        name: content,
        message: content,
        stack: content,
        code: anything,
        constraint: anything,
        detail: anything,
        query: anything,
        cause: anything,
        driverError: anything,
        errors: anything,
      },
      { requiredKeys: [] },
    );
    const kinds = fc.constantFrom(
      (text: string) => new Error(text),
      (text: string) => new AggregateError([new Error(text)], text),
      (text: string) => queryFailed(Object.assign(new DatabaseError(text, 1, 'error'), { code: text })),
    );
    fc.assert(
      fc.property(kinds, content, properties, (make, text, extra) => {
        const error = make(text);
        for (const [name, value] of Object.entries(extra)) {
          Object.defineProperty(error, name, { value, configurable: true });
        }
        expect(described(error)).not.toContain('Ж9Ж');
      }),
    );
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
