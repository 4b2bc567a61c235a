import { describe, expect, it } from 'vitest';
import { admit, callerBehind, scopesIn, type TokenFacts, type Caller } from './access.rules';

const USER = { id: '5a5b1c9e-0000-4000-8000-000000000001', isActive: true, isBlocked: false };
const ENTITY = { type: 'NHS', status: 'ACTIVE', isActive: true };
const TOKEN: TokenFacts = {
  isExpired: false,
  user: USER,
  clientId: '5a5b1c9e-0000-4000-8000-000000000002',
  tokenScope: 'job:read  job:run',
  clientScope: 'job:read person:read',
  legalEntity: ENTITY,
};

describe('A token', () => {
  it('that is valid names user, client and the scopes of both', () => {
    expect(callerBehind(TOKEN)).toEqual({
      userId: USER.id,
      clientId: TOKEN.clientId,
      tokenScopes: ['job:read', 'job:run'],
      clientScopes: ['job:read', 'person:read'],
      legalEntity: ENTITY,
    });
  });

  it.each([
    ['unknown', undefined],
    ['expired', { ...TOKEN, isExpired: true }],
    ['nobody’s', { ...TOKEN, user: null }],
    ['of an inactive user', { ...TOKEN, user: { ...USER, isActive: false } }],
    ['of a blocked user', { ...TOKEN, user: { ...USER, isBlocked: true } }],
    ['of no client', { ...TOKEN, clientId: null }],
  ])('that is %s is refused with one and the same sentence', (_, facts) => {
    expect(() => callerBehind(facts)).toThrow('Invalid access token');
  });

  it('may lack everything that counts later', () => {
    const bare = callerBehind({ ...TOKEN, tokenScope: null, clientScope: null, legalEntity: null });
    expect(bare).toMatchObject({ tokenScopes: [], clientScopes: [], legalEntity: null });
  });
});

describe('A caller', () => {
  const caller: Caller = callerBehind(TOKEN);
  const READ = { scopes: ['job:read'], entityType: 'NHS' } as const;

  it('is admitted when token and client have the scope and the legal entity is right', () => {
    expect(() => admit(caller, READ)).not.toThrow();
  });

  it('is refused with each allowance that token or client lacks, in the order of the call', () => {
    const scopes = ['unzr:write', 'job:read', 'job:run', 'person:read'] as const;
    expect(() => admit(caller, { scopes })).toThrow(
      'Your scope does not allow to access this resource. Missing allowances: unzr:write, job:run, person:read',
    );
  });

  it.each([
    [null],
    [{ ...ENTITY, status: 'SUSPENDED' }],
    [{ ...ENTITY, status: 'CLOSED' }],
    [{ ...ENTITY, status: null }],
    [{ ...ENTITY, isActive: false }],
  ])('of a legal entity that is not active is refused: %o', (legalEntity) => {
    expect(() => admit({ ...caller, legalEntity }, READ)).toThrow(
      'client_id refers to legal entity that is not active',
    );
  });

  it('of another type is refused only where the type matters', () => {
    const mis = { ...caller, legalEntity: { ...ENTITY, type: 'MIS' } };
    expect(() => admit(mis, READ)).toThrow("You don't have permission to access this resource");
    expect(() => admit(mis, { scopes: READ.scopes })).not.toThrow();
  });

  it('is refused for scope before legal entity, and for its state before its type', () => {
    const worst = { ...caller, tokenScopes: [], legalEntity: { ...ENTITY, type: 'MIS', status: 'CLOSED' } };
    expect(() => admit(worst, READ)).toThrow('Missing allowances: job:read');
    expect(() => admit({ ...worst, tokenScopes: ['job:read'] }, READ)).toThrow('is not active');
  });
});

describe('Scopes', () => {
  it.each([
    [null, []],
    ['', []],
    ['  ', []],
    ['a:b', ['a:b']],
    [' a:b c:d  a:b ', ['a:b', 'c:d']],
    // A text of somebody who hopes that two programs read it differently.
    ['a:b\tc:d', ['a:b\tc:d']],
    ['a:b\nc:d e:f', ['a:b\nc:d', 'e:f']],
    ['a:b\u00a0c:d', ['a:b\u00a0c:d']],
    ['a:b\u2003c:d', ['a:b\u2003c:d']],
  ])('of %j are %j', (text, scopes) => {
    expect(scopesIn(text)).toEqual(scopes);
  });
});
