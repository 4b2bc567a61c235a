import { describe, expect, it } from 'vitest';
import { fault, faultsOf } from '../../../test/support/request-errors';
import { REGISTER_BODY, SIGN_UP_BODY } from './sign-up-body.dto';

const signUp = { signed_content: '', signed_content_encoding: 'koi8' };
const missing = (name: string) => ({
  entry: `$.${name}`,
  ...fault('required', `required property ${name} was not present`),
});

describe('The body of a call', () => {
  it('is read whatever its texts say', () => {
    expect(faultsOf(SIGN_UP_BODY, signUp)).toEqual([]);
    expect(faultsOf(REGISTER_BODY, { ...signUp, jwt: 'none' })).toEqual([]);
  });

  it.each([[undefined], [{}]])('lacks everything when it is %j', (body) => {
    const both = [missing('signed_content'), missing('signed_content_encoding')];
    expect(faultsOf(SIGN_UP_BODY, body)).toEqual(both);
    expect(faultsOf(REGISTER_BODY, body)).toEqual([...both, missing('jwt')]);
  });

  it('has no jwt in step 1 and must have it in step 2', () => {
    expect(faultsOf(REGISTER_BODY, signUp)).toEqual([missing('jwt')]);
    expect(faultsOf(SIGN_UP_BODY, { ...signUp, jwt: 'x' })).toEqual([
      { entry: '$.jwt', ...fault('schema', 'schema does not allow additional properties') },
    ]);
  });

  it('holds texts only', () => {
    for (const value of [null, 1, {}, ['x']]) {
      expect(faultsOf(REGISTER_BODY, { ...signUp, jwt: value })).toMatchObject([
        { entry: '$.jwt', rule: 'cast' },
      ]);
    }
  });
});
