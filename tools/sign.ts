import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ownSettingsOrExit } from '../src/config/own-settings';
import { SYSTEM_CLOCK } from '../src/config/settings.module';
import { openTestAuthority, trustedFileIn, type KeyKind } from './test-authority';
import { ExitStatus } from '../src/cli/command';
import { argumentsOrExit, end, WrongUsage } from './command-line';

const FOLDER = '.data/test-authority';
const ALGORITHMS = ['ecdsa', 'rsa', 'dstu', 'dstu-kupyna'] as const satisfies readonly KeyKind[];

const USAGE = `Usage: npm run -s sign -- <file.json or -> --as <drfo> [options]

  --as <drfo>            taxpayer number of the made-up person who signs
  --name "<Surname> <Given name>"
                         their name in the certificate
  --algorithm <name>     ${ALGORITHMS.join(', ')} (${ALGORITHMS[0]})
  --authority <folder>   folder of the test authority, created if missing (${FOLDER})

Prints one line of JSON: signed_content and signed_content_encoding.
`;

/** The descriptor of standard input, which may be a pipe. */
const STANDARD_INPUT = 0;

interface Wanted {
  readonly file: string;
  readonly drfo: string;
  readonly surname?: string;
  readonly givenName?: string;
  readonly algorithm: KeyKind;
  readonly folder: string;
}

/** The first word is the surname, the rest is the given name. */
function namesFrom(name: string): Pick<Wanted, 'surname' | 'givenName'> {
  const [surname = '', ...givenNames] = name.trim().split(/\s+/);
  const givenName = givenNames.join(' ');
  return { ...(surname === '' ? {} : { surname }), ...(givenName === '' ? {} : { givenName }) };
}

function wantedFrom(args: string[]): Wanted {
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

function contentOrExit(file: string): Buffer {
  try {
    const bytes = readFileSync(file === '-' ? STANDARD_INPUT : file);
    JSON.parse(bytes.toString('utf8'));
    return bytes;
  } catch (error) {
    const isJson = !(error instanceof SyntaxError);
    return end(ExitStatus.WrongUsage, isJson ? 'The file cannot be read.' : 'The file is not JSON.');
  }
}

function run(): void {
  const wanted = argumentsOrExit(wantedFrom, USAGE);
  const { NODE_ENV: nodeEnv } = ownSettingsOrExit('sign');
  if (nodeEnv === 'production') {
    end(
      ExitStatus.Configuration,
      'NODE_ENV is production: the test authority signs for made-up people only in development and tests.',
    );
  }
  const content = contentOrExit(wanted.file);
  const authority = openTestAuthority(wanted.folder, { nodeEnv });
  const container = authority.sign(content, { ...wanted, signedAt: SYSTEM_CLOCK() });
  const body = { signed_content: container.toString('base64'), signed_content_encoding: 'base64' };
  process.stdout.write(`${JSON.stringify(body)}\n`);
  process.stderr.write(
    `Signed by a made-up person. A server accepts it with SIGNATURE_TRUSTED_CA_FILE=${trustedFileIn(wanted.folder)}\n`,
  );
}

run();
