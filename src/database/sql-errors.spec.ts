import { describe, expect, it } from 'vitest';
import { isPermanent } from './sql-errors';

const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error('refused'), { code, ...more });

describe('A fault of the database', () => {
  it.each([
    ['a connection that failed', '08006'],
    ['a server that has become read-only', '25006'],
    ['a deadlock', '40P01'],
    ['too many connections', '53300'],
    ['a row that somebody else holds', '55P03'],
    ['a server that shuts down', '57P01'],
    ['a disk that cannot be read', '58030'],
  ])('passes: %s', (_, code) => expect(isPermanent(withCode(code))).toBe(false));

  it.each([
    ['data of the wrong kind', '22P02'],
    ['a broken rule', '23514'],
    ['a wrong statement', '42601'],
    ['what a trigger refuses', 'P0001'],
    ['an error somebody made up', 'EH001'],
    ['a row that is too large', '54000'],
    ['a damaged page', 'XX001'],
  ])('comes back with every try: %s', (_, code) => expect(isPermanent(withCode(code))).toBe(true));

  it('passes: a prepared statement that no longer fits its table', () => {
    expect(isPermanent(withCode('0A000', { routine: 'RevalidateCachedQuery' }))).toBe(false);
    expect(isPermanent(withCode('26000'))).toBe(false);
  });

  it('comes back with every try: what the server does not support', () =>
    expect(isPermanent(withCode('0A000', { routine: 'transformFuncCall' }))).toBe(true));

  it('without a code is a bug of ours, unless it is about the connection', () => {
    expect(isPermanent(new TypeError('undefined is not a function'))).toBe(true);
    expect(isPermanent(new Error('Connection terminated unexpectedly'))).toBe(false);
  });

  it.each(['ECONNRESET', 'EPIPE'])('of a socket passes: %s', (code) =>
    expect(isPermanent(withCode(code, { syscall: 'write' }))).toBe(false),
  );
});
