import { readFileSync } from 'node:fs';
import { ownSettingsOrExit } from '../src/config/own-settings';
import { SYSTEM_CLOCK } from '../src/config/settings.module';
import { openTestAuthority, trustedFileIn } from './test-authority';
import { ExitStatus } from '../src/cli/command';
import { argumentsOrExit, end } from './command-line';
import { readSignArguments, SIGN_USAGE } from './sign-arguments';

/** The descriptor of standard input, which may be a pipe. */
const STANDARD_INPUT = 0;

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
  const wanted = argumentsOrExit(readSignArguments, SIGN_USAGE);
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
