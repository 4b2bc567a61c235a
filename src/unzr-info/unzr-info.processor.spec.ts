import { describe, expect, it } from 'vitest';
import { TECHNICAL_ERROR_KINDS } from '../domain/verification/technical-error';
import { MAX_TRIES, nextTryInSeconds, infoOfAnswer } from './unzr-info.processor';
import type { UnknownFields, UnzrAnswer } from '../mvs-trembita';

describe('The next call after a failed one', () => {
  it('is after one second, then after four, and then never', () => {
    expect([1, 2, 3].map((tries) => nextTryInSeconds(tries, 'timeout'))).toEqual([1, 4, undefined]);
    expect(MAX_TRIES).toBe(3);
  });

  it('does not happen when it cannot help', () => {
    const final = TECHNICAL_ERROR_KINDS.filter((kind) => nextTryInSeconds(1, kind) === undefined);
    expect([...final].sort()).toEqual(['circuit_open', 'fault_client', 'fault_configuration']);
  });
});

const NOBODY = {
  firstName: null,
  lastName: null,
  middleName: null,
  rnokpp: null,
  gender: null,
  dateBirth: null,
};

const NO_DOCUMENT = {
  type: null,
  number: null,
  issuedBy: null,
  issuedAt: null,
  expiresAt: null,
  status: null,
};

const answer = (unknownFields: UnknownFields, more: Partial<UnzrAnswer> = {}): UnzrAnswer => ({
  ...NOBODY,
  documents: [],
  ...more,
  unknownFields,
});

describe('What is kept of an answer', () => {
  it('has the published fields under their published names, also those that are empty', () => {
    const documents = [{ ...NO_DOCUMENT, issuedBy: '1432', unknownFields: {} }];
    expect(infoOfAnswer(answer({}, { lastName: 'Верболоз', documents }))).toEqual({
      first_name: null,
      last_name: 'Верболоз',
      middle_name: null,
      rnokpp: null,
      gender: null,
      date_birth: null,
      documents: [
        { type: null, number: null, issued_by: '1432', issued_at: null, expires_at: null, status: null },
      ],
    });
  });

  it('has everything else under the names of the register, in documents as well', () => {
    const documents = [{ ...NO_DOCUMENT, unknownFields: { Series: 'КВ' } }];
    const info = infoOfAnswer(answer({ Address: { city: 'Луцьк' }, phone: ['1', '2'] }, { documents }));
    expect(info).toMatchObject({
      Address: { city: 'Луцьк' },
      phone: ['1', '2'],
      documents: [{ Series: 'КВ' }],
    });
  });

  it('gives a published name to nothing else', () => {
    const info = infoOfAnswer(
      answer({ first_name: { nested: 'x' }, issued_by: 'x' }, { firstName: 'Зоряна' }),
    );
    expect(info).toMatchObject({ first_name: 'Зоряна', issued_by: 'x' });
  });

  it('keeps a name that means something to the language as a name', () => {
    const sent = JSON.parse('{"__proto__": {"gender": "x"}}') as UnknownFields;
    const info = infoOfAnswer(answer(sent));
    expect(info.gender).toBeNull();
    expect(Object.getPrototypeOf(info)).toBe(Object.prototype);
    expect(JSON.stringify(info)).toContain('"__proto__":{"gender":"x"}');
  });
});
