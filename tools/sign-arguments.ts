import { parseArgs } from 'node:util';
import { WrongUsage } from './command-line';
import type { KeyKind } from './test-authority';

const FOLDER = '.data/test-authority';
const ALGORITHMS = ['ecdsa', 'rsa', 'dstu', 'dstu-kupyna'] as const satisfies readonly KeyKind[];

export const SIGN_USAGE = `Usage: npm run -s sign -- <file.json or -> --as <drfo> [options]

  --as <drfo>            taxpayer number of the made-up person who signs
  --name "<Surname> <Given name>"
                         their name in the certificate
  --algorithm <name>     ${ALGORITHMS.join(', ')} (${ALGORITHMS[0]})
  --authority <folder>   folder of the test authority, created if missing (${FOLDER})

Prints one line of JSON: signed_content and signed_content_encoding.
`;

/** Who signs what, how and with which authority. */
export interface SignArguments {
  readonly file: string;
  readonly drfo: string;
  readonly surname?: string;
  readonly givenName?: string;
  readonly algorithm: KeyKind;
  readonly folder: string;
}

/** The first word is the surname, the rest is the given name. */
function namesFrom(name: string): Pick<SignArguments, 'surname' | 'givenName'> {
  const [surname = '', ...givenNames] = name.trim().split(/\s+/);
  const givenName = givenNames.join(' ');
  return { ...(surname === '' ? {} : { surname }), ...(givenName === '' ? {} : { givenName }) };
}

/** Throws `WrongUsage`, or an error of `parseArgs`. */
export function readSignArguments(args: string[]): SignArguments {
  const text = { type: 'string' } as const;
  const options = { as: text, name: text, algorithm: text, authority: text };
  const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: true });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new WrongUsage('name one file, or - for standard input');
  if (values.as === undefined || values.as.trim() === '') throw new WrongUsage('--as <drfo> is missing');
  const algorithm = ALGORITHMS.find((name) => name === (values.algorithm ?? ALGORITHMS[0]));
  if (algorithm === undefined) throw new WrongUsage(`--algorithm must be one of ${ALGORITHMS.join(', ')}`);
  return {
    file,
    drfo: values.as.trim(),
    ...namesFrom(values.name ?? ''),
    algorithm,
    folder: values.authority ?? FOLDER,
  };
}
