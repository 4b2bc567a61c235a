import { describe, expect, it } from 'vitest';
import { TestAuthority, type Defects } from '../../tools/test-authority';
import { Refusal } from '../domain/refusal';
import { readCertificate, signerOfCertificate } from './certificate';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const SIGNED_AT = new Date('2026-05-01T10:00:00Z');

type Wanted = NonNullable<Defects['certificate']>;

/** The number in such a certificate, or the code of the refusal. */
function numberIn(certificate: Wanted): string {
  const pem = authority.credentials({ drfo: '1234567890', signedAt: SIGNED_AT }, { certificate }).certificate;
  try {
    return signerOfCertificate(readCertificate(Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')))
      .drfo;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const inSubject = (...serialNumbers: string[]): Wanted => ({ drfo: null, serialNumbers });

describe('The number of the signer', () => {
  it.each<[string, Wanted, string]>([
    ['the attribute', {}, '1234567890'],
    [
      'the attribute, besides the same one in the subject',
      { serialNumbers: ['TINUA-1234567890'] },
      '1234567890',
    ],
    ['the subject', inSubject('TINUA-1234567890'), '1234567890'],
    ['the subject in small letters', inSubject('tinua-1234567890'), '1234567890'],
    ['the attribute with a passport', { drfo: 'МЮ123456', numbersAs: 'UTF8String' }, 'МЮ123456'],
    ['the attribute with an identity card', { drfo: '123456789' }, '123456789'],
    ['a passport in the subject', inSubject('PASUA-MYU123456'), 'MYU123456'],
    ['an identity card in the subject', inSubject('idcua-123456789'), '123456789'],
    [
      'a passport in two spellings',
      { drfo: 'МЮ123456', numbersAs: 'BMPString', serialNumbers: ['PASUA-MYU 123456'] },
      'МЮ123456',
    ],
    ['the attribute, besides a number of the authority', { serialNumbers: ['401065'] }, '1234567890'],
    ['the subject, besides a number of the authority', inSubject('401065', 'TINUA-1234567890'), '1234567890'],
  ])('is read from %s', (_, certificate, number) => {
    expect(numberIn(certificate)).toBe(number);
  });

  it.each(['UTF8String', 'BMPString', 'PrintableString'] as const)('may be written as %s', (numbersAs) => {
    expect(numberIn({ numbersAs })).toBe('1234567890');
    expect(numberIn({ numbersAs, ...inSubject('TINUA-1234567890') })).toBe('1234567890');
  });

  it.each<[string, Wanted]>([
    ['attribute and subject', { serialNumbers: ['TINUA-1234567891'] }],
    ['a tax number and a passport', { serialNumbers: ['PASUA-МЮ123456'] }],
    ['the subject twice', inSubject('TINUA-1234567890', 'TINUA-1234567891')],
  ])('is refused when there are two: %s', (_, certificate) => {
    expect(numberIn(certificate)).toBe('certificate_numbers_differ');
  });

  it.each<[string, Wanted]>([
    ['no number', { drfo: null }],
    ['a number of the authority only', inSubject('401065')],
    ['a prefix without a number', inSubject('TINUA- ')],
    ['a prefix of another country', inSubject('TINPL-1234567890')],
  ])('is missing in a certificate with %s', (_, certificate) => {
    expect(numberIn(certificate)).toBe('certificate_without_drfo');
  });
});
