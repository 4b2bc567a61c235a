import { describe, expect, it } from 'vitest';
import {
  binOfPair,
  certificate,
  type Facts,
  foreign,
  passport,
} from '../../../../test/support/matching-pairs';

describe('The whole numbers of documents', () => {
  it.each([
    ['nobody has any', [], [], '0x1'],
    ['one has a document without digits and the other none', [foreign('АБ')], [], '0x1'],
    ['one has a number and the other no document', [passport('КВ123456')], [], '3'],
    ['alike, no digits', [foreign('АБВГ')], [foreign('АБВГ')], '0x1'],
    ['alike, four digits', [passport('1234')], [passport('1234')], '0x<4'],
    ['alike, five digits', [passport('12345')], [passport('12345')], '0x<6'],
    ['alike, six digits', [passport('КВ123456')], [passport('КВ123456')], '0x<6'],
    ['alike, seven digits', [passport('КВ1234567')], [passport('КВ1234567')], '0x>6'],
    ['one sign, no digits', [foreign('АБ')], [foreign('АВ')], '1x<6'],
    ['one sign, six digits', [passport('КВ123456')], [passport('КВ123457')], '1x<6'],
    ['one sign, seven digits', [passport('КВ1234567')], [passport('КВ1234568')], '1x>6'],
    ['two signs', [passport('КВ1234567')], [passport('КВ1234588')], '2'],
    ['three signs', [passport('КВ123456')], [passport('КВ123999')], '2'],
    ['four signs', [passport('КВ123456')], [passport('КВ129999')], '3'],
    ['three signs, no digits', [foreign('АБВГД')], [foreign('АБЖЗИ')], '2'],
    ['four signs, no digits', [foreign('АБВГД')], [foreign('АЕЖЗИ')], '3'],
  ])('%s', (_, one, other, bin) => {
    expect(binOfPair('d_documents_bin', { documents: one }, { documents: other })).toBe(bin);
    expect(binOfPair('d_documents_bin', { documents: other }, { documents: one })).toBe(bin);
  });

  it('count by the nearest pair, whatever its types, and by the shortest number of all', () => {
    const one = [passport('КВ7777777'), foreign('ЯЩ1234567')];
    expect(binOfPair('d_documents_bin', { documents: one }, { documents: [passport('ЯЩ1234567')] })).toBe(
      '0x>6',
    );
    const other = [passport('ЯЩ1234567'), foreign('Ж12')];
    expect(binOfPair('d_documents_bin', { documents: one }, { documents: other })).toBe('0x<4');
  });

  it.each([
    ...['І-ЯЩ № 123456', 'I-ЯЩ/123456', '1ЯЩ%123456', '!_ЯЩ#123456', 'іЯЩ123456', 'iЯЩ 123 456'],
    ...[
      'І-ЯЩ(123456)',
      'і-ящ№123456',
      'Q-ЯЩ123456',
      'J ЯЩ 123456',
      'l—ЯЩ…123456',
      '(L)ЯЩ:123456',
      "'1'ЯЩ=123456",
    ],
  ])('the certificate %s is 1ЯЩ123456, with seven digits', (number) => {
    const [here, there] = [{ documents: [certificate(number)] }, { documents: [certificate('1ЯЩ123456')] }];
    expect(binOfPair('d_documents_bin', here, there)).toBe('0x>6');
  });

  it.each([
    ['1QЩ123456', 'q, j and l are a Roman one at the beginning only'],
    ['7-ЯЩ123456', 'another digit'],
    ['VЯЩ123456', 'another Roman number'],
  ])('the certificate %s is not 1ЯЩ123456: %s', (number) => {
    const [here, there] = [{ documents: [certificate(number)] }, { documents: [certificate('1ЯЩ123456')] }];
    expect(binOfPair('d_documents_bin', here, there)).not.toBe('0x>6');
  });

  it.each([
    'кв1234567',
    'KB1234567',
    'kв 123-45-67',
    'К.В,(1234567)',
    'КВ№1234567',
    `"КВ"+'1234567'?`,
    'К\\В*|:‹<1234567',
  ])('the passport %s is КВ1234567: letters of either case or alphabet, without signs', (number) => {
    const [here, there] = [{ documents: [passport(number)] }, { documents: [passport('КВ1234567')] }];
    expect(binOfPair('d_documents_bin', here, there)).toBe('0x>6');
  });

  it('certificates of birth keep their Latin letters, apart from the Roman one', () => {
    const [here, there] = [
      { documents: [certificate('І-AM123456')] },
      { documents: [certificate('І-АМ123456')] },
    ];
    expect(binOfPair('d_documents_bin', here, there)).toBe('2');
  });

  it('only certificates of birth have Roman ones; other documents lose the signs between their parts', () => {
    const [here, there] = [{ documents: [foreign('І-ЯЩ № 123456')] }, { documents: [foreign('1ЯЩ123456')] }];
    expect(binOfPair('d_documents_bin', here, there)).toBe('1x<6');
    const [parted, joined] = [
      { documents: [passport('К/В%1#2№3_4-5 67')] },
      { documents: [passport('КВ1234567')] },
    ];
    expect(binOfPair('d_documents_bin', parted, joined)).toBe('0x>6');
  });
});

describe('The digits of documents', () => {
  it.each([
    ['equal, one digit', ['1111'], ['1111'], '0x1'],
    ['equal, two digits', ['1122'], ['1122'], '0x2'],
    ['equal, three digits', ['1223'], ['1223'], '0x3'],
    ['equal, four digits', ['1234'], ['1234'], '0x4'],
    ['equal with other letters', ['КВ1234'], ['ЯЩ1234'], '0x4'],
    ['equal, but another number has two digits', ['1234', '1122'], ['1234'], '0x2'],
    ['unequal, no digits at all', ['АБ'], ['АБ'], '1x0'],
    ['no documents', [], [], '1x0'],
    ['unequal, one digit', ['1111'], ['1234567'], '1x2'],
    ['unequal, three digits', ['1223'], ['1234567'], '1x2'],
    ['unequal, four digits', ['1234'], ['1235'], '1x3'],
    ['one has none', ['1234'], [], '1x3'],
    ['leading zeros distinguish numbers', ['01234'], ['1234'], '1x3'],
  ])('%s', (_, one, other, bin) => {
    const [here, there] = [{ documents: one.map(foreign) }, { documents: other.map(foreign) }];
    expect(binOfPair('docs_same_number_bin', here, there)).toBe(bin);
    expect(binOfPair('docs_same_number_bin', there, here)).toBe(bin);
  });
});

describe('Twins', () => {
  const child = (number: string, facts: Facts = {}): Facts => ({
    documents: [certificate(number)],
    ...facts,
  });
  const brother = { firstName: 'Барвінок' };

  it.each([
    ['the next number', child('ЯЩ100'), child('ЯЩ101', brother), '1'],
    ['the next but one', child('ЯЩ101'), child('ЯЩ099', brother), '1'],
    ['the third', child('ЯЩ100'), child('ЯЩ103', brother), '0'],
    ['the same number', child('ЯЩ100'), child('ЯЩ100', brother), '0'],
    ['the same with another zero', child('ЯЩ0100'), child('ЯЩ100', brother), '0'],
    [
      'another last name by two letters',
      child('1', { lastName: 'аааа' }),
      child('2', { lastName: 'ббаа', ...brother }),
      '1',
    ],
    ['another by three', child('1', { lastName: 'аааа' }), child('2', { lastName: 'ббба', ...brother }), '0'],
    ['the same first name', child('1'), child('2'), '0'],
    [
      'a first name that is written differently',
      child('1', { firstName: 'Дем’ян' }),
      child('2', { firstName: 'ДЕМЯН' }),
      '0',
    ],
    ['another birth date', child('1'), child('2', { birthDate: '2019-05-07', ...brother }), '0'],
    ['a document of another type', child('1'), { documents: [passport('2')], ...brother }, '0'],
    ['a document without digits', child('ЯЩ'), child('2', brother), '0'],
    ['no documents', {}, brother, '0'],
    [
      'numbers that a float would take for equal',
      child('90071992547409931'),
      child('90071992547409932', brother),
      '1',
    ],
    [
      'numbers that a float would take for neighbours',
      child('90071992547409930'),
      child('90071992547409935', brother),
      '0',
    ],
  ])('%s', (_, one, other, bin) => {
    expect(binOfPair('twins_flag_bin', one, other)).toBe(bin);
    expect(binOfPair('twins_flag_bin', other, one)).toBe(bin);
  });
});
