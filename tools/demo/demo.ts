import { once } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from '../../src/api.module';
import { provideSettings } from '../../src/config/own-settings';
import type { SettingsFor } from '../../src/config/settings.schema';
import { Transactions } from '../../src/database/transactions';
import { DmsPassportStream } from '../../src/dms-passport';
import { JobRegistry, type JobRun } from '../../src/jobs';
import { type Log, NestLog } from '../../src/observability';
import { compareEnds, type Course, caseLines, peopleLines, runLines, wrongLines } from './report';
import { makePeople, type InventedPeople } from './invented-people';
import { rowsOf } from './people-rows';
import { PeopleRepository } from './people.repository';
import { runThroughQueue } from './watched-run';
import { COLUMNS, print, printTitle, printVerdict, announce } from './terminal';
import { confidantAmong, type InventedConfidant } from './sign-up/invented-patients';
import { openSignUpEnvironment } from './sign-up/sign-up-environment';
import { PatientRepository } from './sign-up/patient.repository';
import { showSignUp } from './sign-up/sign-up-demo';
import { SignUpClient } from './sign-up/sign-up-client';
import { type ConsoleDemo, prepareConsole } from './console/console-demo';
import { startProgram, type RunningProgram, type ServerUrls } from './child-program';
import { openAsOwner, startServers } from './servers';
import type { CleanUp } from './clean-up';

export interface Demo {
  readonly settings: SettingsFor<'demo'>;
  readonly log: Log;
  readonly cleanUp: CleanUp;
  /** Keeps running after the demo. */
  readonly serves: boolean;
  readonly stopped: AbortSignal;
}

/** The whole demo without its clean-up. True when everybody ended as the rules say. */
export async function showDemo(demo: Demo): Promise<boolean> {
  const { settings, cleanUp, serves, stopped } = demo;
  announce('Starting the servers …');
  const [{ urls, ownerUrl }, signUpEnvironment] = await Promise.all([
    startServers({ settings, cleanUp, announce }),
    openSignUpEnvironment(settings, cleanUp),
  ]);
  stopped.throwIfAborted();
  announce('Starting the program …');
  const graceSeconds = settings.SHUTDOWN_GRACE_SECONDS;
  const [program, app] = await Promise.all([
    startProgram({ urls, variables: signUpEnvironment.variables, graceSeconds, cleanUp }),
    look(demo, urls),
  ]);
  stopped.throwIfAborted();
  const people = makePeople();
  const confidant = confidantAmong(people.persons);
  const owner = await openAsOwner(ownerUrl, cleanUp);
  const repository = new PeopleRepository(owner);
  const since = await load(people, repository, settings);
  const before = await repository.states(since);
  announce('Asking the register: one run, through the queue …');
  const watched = { app, actorId: settings.SYSTEM_USER_ID, stopped, broken: program.broken };
  const run = await runThroughQueue(watched);
  const after = await repository.states(since);
  const isRunRight = report({ app, run, people, course: { before, after } });
  stopped.throwIfAborted();
  announce('Signing up two patients …');
  const isSignUpRight = await showSignUp({
    calls: new SignUpClient(program.publicUrl),
    patients: new PatientRepository(app.get(Transactions)),
    authority: signUpEnvironment.authority,
    confidant,
    bucketFolder: signUpEnvironment.bucketFolder,
    due: () => app.get(JobRegistry, { strict: false }).get(DmsPassportStream.JOB).due(),
    runAgain: () => runThroughQueue(watched),
  });
  if (serves) {
    program.listenToAll();
    print(
      addresses({ urls, ownerUrl, program, confidant, authorityFolder: signUpEnvironment.authorityFolder }),
    );
    const [publicUrl, registerUrl] = [program.publicUrl, urls.TREMBITA_URL];
    await openConsole({ app, owner, publicUrl, registerUrl, settings, cleanUp });
    announce('Running until Ctrl-C, which stops everything.');
    await Promise.race([once(stopped, 'abort'), program.broken]);
  }
  return isRunRight && isSignUpRight;
}

/** The modules of the API in this process, to start runs and to read; nothing listens and no job runs here. */
async function look({ settings, log, cleanUp }: Demo, urls: ServerUrls): Promise<INestApplicationContext> {
  provideSettings({ ...settings, ...urls, LOG_LEVEL: quietLevel(settings.LOG_LEVEL) });
  const app = await NestFactory.createApplicationContext(ApiModule, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  cleanUp.later(() => app.close());
  return app;
}

/** The demo prints sentences; of a log only what fails belongs between them. */
export function quietLevel(level: SettingsFor<'demo'>['LOG_LEVEL']): 'silent' | 'error' {
  return level === 'silent' ? 'silent' : 'error';
}

async function load(
  people: InventedPeople,
  repository: PeopleRepository,
  settings: SettingsFor<'demo'>,
): Promise<Date> {
  const { persons, parties } = people;
  const since = await repository.replace((now) =>
    rowsOf(people, {
      now,
      validationPeriodDays: settings.DMS_PERSON_VALIDATION_PERIOD_DAYS,
      actorId: settings.SYSTEM_USER_ID,
    }),
  );
  announce(`Loaded ${persons.length} invented persons and ${parties.length} parties.`);
  return since;
}

interface Shown {
  readonly app: INestApplicationContext;
  readonly run: JobRun;
  readonly people: InventedPeople;
  readonly course: Course;
}

function report({ app, run, people, course }: Shown): boolean {
  const ends = compareEnds([...people.persons, ...people.parties], course);
  const { counters } = app.get(JobRegistry, { strict: false }).get(DmsPassportStream.JOB);
  const wrong = wrongLines(ends);
  const isRight = run.status === 'FINISHED' && wrong.length === 0;
  print(runLines(run, counters), '', caseLines(ends), '');
  printTitle('Some of them, before and after:');
  print(peopleLines(people, course), '', ...wrong);
  printVerdict(
    isRight,
    isRight ? 'Everybody ended as the rules say.' : 'The run did not do what the rules say.',
  );
  return isRight;
}

interface Serving {
  readonly urls: ServerUrls;
  readonly ownerUrl: string;
  readonly program: Pick<RunningProgram, 'publicUrl' | 'internalUrl'>;
  readonly confidant: InventedConfidant;
  readonly authorityFolder: string;
}

/** Comments for a shell: the demo prints no token, so the reader makes one. */
const TOKEN_LINES = [
  '# The calls of officials need a token. These lines make and use one:',
  '# TOKEN=$(npm run -s token -- --scope "person_verification:details job:read")',
  '# curl -s $PUBLIC/api/admin/jobs -H "authorization: Bearer $TOKEN"',
];

/** Prepares the web pages and prints where they are. The link is one word, so it is not wrapped. */
async function openConsole(console: ConsoleDemo): Promise<void> {
  announce('Preparing the web pages …');
  const link = await prepareConsole(console);
  print('', `Web pages: ${console.publicUrl}/console`);
  print('Sign in as an invented official, once, within an hour:');
  process.stdout.write(`${link}\n`);
}

/** Addresses and the person who may sign a patient up, as lines for a shell. */
export function addresses({ urls, ownerUrl, program, confidant, authorityFolder }: Serving): string {
  const values = {
    ...urls,
    // The owner's: `npm run token` writes rows that the program may not.
    DATABASE_URL: ownerUrl,
    PUBLIC: program.publicUrl,
    INTERNAL: program.internalUrl,
    TEST_AUTHORITY: authorityFolder,
    CONFIDANT_DRFO: confidant.drfo,
    CONFIDANT_PERSON_ID: confidant.person.id,
  };
  const lines = Object.entries(values).map(([name, value]) => exportLine(name, String(value)));
  return ['', ...lines, '', ...TOKEN_LINES].join('\n');
}

/** A value that is too long for one line is quoted in parts, which the shell joins. */
function exportLine(name: string, value: string): string {
  const first = `export ${name}='`;
  const end = COLUMNS - first.length - 2;
  if (value.length <= end) return `${first}${value}'`;
  const rest = value.slice(end).match(new RegExp(`.{1,${COLUMNS - 3}}`, 'g')) ?? [];
  return [`${first}${value.slice(0, end)}'`, ...rest.map((part) => `'${part}'`)].join('\\\n');
}
