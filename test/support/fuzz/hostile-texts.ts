import fc from 'fast-check';
import { MARKERS } from '../hostile-values';

const [NAME] = MARKERS;

/** Each means something to some program on the way; most carry what must come out nowhere. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  // No database keeps them.
  fc.constantFrom('\0', `${NAME}\0`, `\ud800${NAME}`, `${NAME}\udc00`),
  fc.constantFrom(
    ...MARKERS,
    '',
    ' ',
    `'; DROP TABLE mpi.persons; -- ${NAME}`,
    `' OR '${NAME}'='${NAME}`,
    `1) UNION SELECT '${NAME}'::text--`,
    `$1 $2 ${NAME}`,
    `%s %n {0} \${${NAME}} {{7*7}}`,
    `<script>${NAME}</script>`,
    `\r\nX-Injected: ${NAME}`,
    '../../../../etc/passwd',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    'NaN',
    '1e999',
    '-1',
    '0x10',
    '99999999999999999999999',
    '00000000-0000-0000-0000-000000000000',
    '2026-02-30',
    NAME.repeat(1_000),
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.tuple(fc.string({ maxLength: 8 }), fc.constantFrom(...MARKERS)).map((parts) => parts.join('')),
);

const UNRESERVED = /[A-Za-z0-9._~-]/;

/** More than this, and the server itself hangs up before a call is found: it reads no longer head than 16 KiB. */
const LONGEST_BYTES = 1_000;

/** As a browser would write it in an address; half a surrogate pair becomes what browsers make of it. */
export function written(text: string): string {
  return [...Buffer.from(text).subarray(0, LONGEST_BYTES)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return UNRESERVED.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** As a value of a header: the bytes of a text, without those that end a header. */
export function headerOf(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .slice(0, 4_000);
}
