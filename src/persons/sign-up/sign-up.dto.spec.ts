import { describe, expect, it } from 'vitest';
import { dtoFaultsOf, fault } from '../../../test/support/request-errors';
import { RegistrationDto, SignUpValidationDto } from './sign-up.dto';

const signUp = { signed_content: '', signed_content_encoding: 'koi8' };
const missing = (name: string) => ({
  entry: `$.${name}`,
  ...fault('required', `required property ${name} was not present`),
});

describe('The body of a call', () => {
  it('is read whatever its texts say', async () => {
    expect(await dtoFaultsOf(SignUpValidationDto, signUp)).toEqual([]);
    expect(await dtoFaultsOf(RegistrationDto, { ...signUp, jwt: 'none' })).toEqual([]);
  });

  it.each([[undefined], [{}]])('lacks everything when it is %j', async (body) => {
    const both = [missing('signed_content'), missing('signed_content_encoding')];
    expect(await dtoFaultsOf(SignUpValidationDto, body)).toEqual(both);
    expect(await dtoFaultsOf(RegistrationDto, body)).toEqual([...both, missing('jwt')]);
  });

  it('has no jwt in step 1 and must have it in step 2', async () => {
    expect(await dtoFaultsOf(RegistrationDto, signUp)).toEqual([missing('jwt')]);
    expect(await dtoFaultsOf(SignUpValidationDto, { ...signUp, jwt: 'x' })).toEqual([
      { entry: '$.jwt', ...fault('schema', 'schema does not allow additional properties') },
    ]);
  });

  it('holds texts only', async () => {
    for (const value of [null, 1, {}, ['x']]) {
      expect(await dtoFaultsOf(RegistrationDto, { ...signUp, jwt: value })).toMatchObject([
        { entry: '$.jwt', rule: 'cast' },
      ]);
    }
  });
});
