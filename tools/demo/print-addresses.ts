import type { MadeUpConfidant } from './sign-up/made-up-confidant';
import type { RunningProgram } from './start-program';
import type { ServerUrls } from './start-servers';

interface StayingUp {
  readonly urls: ServerUrls;
  readonly program: Pick<RunningProgram, 'publicUrl' | 'internalUrl'>;
  readonly confidant: MadeUpConfidant;
  readonly authorityFolder: string;
}

/** A comment to a shell: a token is made by who wants one, and shown to nobody else. */
const TOKEN_LINES = [
  '# The calls of officials ask for a token, which this makes:',
  '# export TOKEN=$(npm run -s token -- --scope "person_verification:details job:read")',
  '# curl -s $PUBLIC/api/admin/jobs -H "authorization: Bearer $TOKEN"',
];

/** Where everything is and who may sign somebody up, as lines that a shell takes over. */
export function addresses({ urls, program, confidant, authorityFolder }: StayingUp): string {
  const told = {
    ...urls,
    PUBLIC: program.publicUrl,
    INTERNAL: program.internalUrl,
    TEST_AUTHORITY: authorityFolder,
    CONFIDANT_DRFO: confidant.drfo,
    CONFIDANT_PERSON_ID: confidant.person.id,
  };
  const lines = Object.entries(told).map(([name, value]) => `export ${name}='${String(value)}'`);
  return ['', ...lines, '', ...TOKEN_LINES].join('\n');
}
