import fc from 'fast-check';
import { Writable } from 'node:stream';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { type LogFields, LOG_FIELDS } from './log-fields';
import { Log, onBehalfOf } from './log';
import { NestLog } from './nest-log';

const MARKER = 'marker-КВ123456';

function aLog(): { log: Log; written: () => string; fields: () => Record<string, unknown> } {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const last = () => JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  return { log: new Log({ LOG_LEVEL: 'debug' }, destination), written: () => text, fields: last };
}

/** A request that writes a line after it has waited; gives what ends it. */
async function stepOf(requestId: string, log: ReturnType<typeof aLog>['log']): Promise<() => void> {
  let written: Promise<void> | undefined;
  const end = onBehalfOf(requestId, () => {
    written = Promise.resolve().then(() => log.info('A step of a request'));
  });
  await written;
  return end;
}

describe('The log', () => {
  it('writes one JSON line with time, level and the allowed fields', () => {
    const { log, fields } = aLog();
    log.info('A batch was claimed', { stream: 'dms_passport', persons: 100, counts: { verified: 3 } });
    expect(fields()).toMatchObject({
      level: 'info',
      message: 'A batch was claimed',
      stream: 'dms_passport',
      persons: 100,
      counts: { verified: 3 },
    });
    expect(fields()['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(fields()).not.toHaveProperty('hostname');
  });

  it('drops every field that is not allowed, and every allowed one that does not look like its shape', () => {
    const { log, written, fields } = aLog();
    const careless = { person: MARKER, error: { message: MARKER }, err: new Error(MARKER), run_id: MARKER };
    log.info('A careless caller', { ...careless, counts: { [MARKER]: 1 } } as unknown as LogFields);
    expect(written()).not.toContain(MARKER);
    expect(Object.keys(fields()).sort()).toEqual(['counts', 'level', 'message', 'pid', 'time']);
  });

  it('never writes text with Cyrillic letters or spaces, in any field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(LOG_FIELDS)), fc.anything(), (name, value) => {
        const { log, written } = aLog();
        const hidden = typeof value === 'string' ? `${value} Шевченко` : [value, 'Шевченко'];
        log.info('A careless caller', { [name]: hidden });
        expect(written()).not.toContain('Шевченко');
      }),
    );
  });

  it('describes an error instead of writing it', () => {
    const { log, written, fields } = aLog();
    log.error('A write failed', new QueryFailedError(`SELECT '${MARKER}'`, [MARKER], new Error(MARKER)));
    expect(fields()['error']).toMatchObject({ class: 'QueryFailedError', cause: { class: 'Error' } });
    expect(written()).not.toContain(MARKER);
  });

  it('names the request on whose behalf a line is written', async () => {
    const { log, fields } = aLog();
    const end = await stepOf('request-0001', log);
    expect(fields()['request_id']).toBe('request-0001');
    log.info('A step of nobody');
    expect(fields()).not.toHaveProperty('request_id');
    end();
  });

  it('names it also after another request has ended, and for a request after all others', async () => {
    const { log, fields } = aLog();
    const ends = await Promise.all([stepOf('request-0001', log), stepOf('request-0002', log)]);
    ends[0]();
    ends.push(await stepOf('request-0003', log));
    expect(fields()['request_id']).toBe('request-0003');
    for (const end of ends.slice(1)) end();
    const end = await stepOf('request-0004', log);
    expect(fields()['request_id']).toBe('request-0004');
    end();
  });

  it('keeps only the context of Nest’s messages', () => {
    const { log, written, fields } = aLog();
    const framework = new NestLog(log);
    framework.error(`Unable to connect: ${MARKER}`, `Error: ${MARKER}\n    at x`, 'TypeOrmModule');
    expect(fields()).toMatchObject({ level: 'error', context: 'TypeOrmModule' });
    framework.log(MARKER, 'NestFactory');
    framework.warn(new Error(MARKER), MARKER);
    framework.error(new Error(MARKER));
    expect(written()).not.toContain(MARKER);
  });

  it('applies the allow-list to an object logged through the framework', () => {
    const { log, written, fields } = aLog();
    const messageId = '00000000-0000-4000-8000-000000000009';
    new NestLog(log).warn({ messageId, durationMs: 12, end: 'timeout', name: MARKER }, 'MvsTrembitaClient');
    expect(fields()).toMatchObject({
      message_id: messageId,
      duration_ms: 12,
      end: 'timeout',
      context: 'MvsTrembitaClient',
    });
    expect(written()).not.toContain(MARKER);
  });
});
