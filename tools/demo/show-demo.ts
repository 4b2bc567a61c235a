import { once } from 'node:events';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from '../../src/app.module';
import { provideSettings } from '../../src/config/settings.module';
import type { SettingsFor } from '../../src/config/env';
import { Transactions } from '../../src/database/transactions';
import { DmsPassportStream } from '../../src/dms-passport';
import { JobRegistry, type JobRun } from '../../src/jobs';
import { type Log, NestLog } from '../../src/observability';
import { compareEnds, type Course } from './compare-ends';
import { makePeople, type MadeUpPeople } from './make-people';
import { rowsOf } from './people-rows';
import { PeopleRepository } from './people.repository';
import { caseLines, peopleLines, runLines, wrongLines } from './print-report';
import { runThroughQueue } from './run-through-queue';
import { addresses } from './print-addresses';
import { print, tell } from './say';
import { confidantAmong } from './sign-up/made-up-confidant';
import { openSignUpDesk } from './sign-up/open-sign-up-desk';
import { PatientRepository } from './sign-up/patient.repository';
import { showSignUp } from './sign-up/show-sign-up';
import { SignUpCalls } from './sign-up/sign-up-calls';
import { startProgram } from './start-program';
import { type ServerUrls, startServers } from './start-servers';
import type { TearDown } from './tear-down';

export interface Demo {
  readonly settings: SettingsFor<'demo'>;
  readonly log: Log;
  readonly tearDown: TearDown;
  /** Stays up after the run. */
  readonly serves: boolean;
  readonly stopped: AbortSignal;
}

/** The whole demo, but for taking down what it built. True when everybody ended as the rules say. */
export async function showDemo(demo: Demo): Promise<boolean> {
  const { settings, tearDown, serves, stopped } = demo;
  tell('Starting the servers …');
  const [urls, desk] = await Promise.all([
    startServers({ settings, tearDown, tell }),
    openSignUpDesk(settings, tearDown),
  ]);
  stopped.throwIfAborted();
  tell('Starting the program …');
  const graceSeconds = settings.SHUTDOWN_GRACE_SECONDS;
  const [program, app] = await Promise.all([
    startProgram({ urls, variables: desk.variables, graceSeconds, tearDown }),
    look(demo, urls),
  ]);
  stopped.throwIfAborted();
  const people = makePeople();
  const confidant = confidantAmong(people.persons);
  const repository = new PeopleRepository(app.get(Transactions));
  const since = await load(people, repository, settings);
  const before = await repository.states(since);
  tell('The register is asked: one run, through the queue …');
  const watched = { app, actorId: settings.SYSTEM_USER_ID, stopped, broken: program.broken };
  const run = await runThroughQueue(watched);
  const after = await repository.states(since);
  const isRunRight = report({ app, run, people, course: { before, after } });
  stopped.throwIfAborted();
  tell('Two patients are signed up …');
  const isSignUpRight = await showSignUp({
    calls: new SignUpCalls(program.publicUrl),
    patients: new PatientRepository(app.get(Transactions)),
    authority: desk.authority,
    confidant,
    bucketFolder: desk.bucketFolder,
    due: () => app.get(JobRegistry, { strict: false }).get(DmsPassportStream.JOB).due(),
    runAgain: () => runThroughQueue(watched),
  });
  if (serves) {
    program.listenToAll();
    print(addresses({ urls, program, confidant, authorityFolder: desk.authorityFolder }));
    tell('Staying up; Ctrl-C ends everything.');
    await Promise.race([once(stopped, 'abort'), program.broken]);
  }
  return isRunRight && isSignUpRight;
}

/** A view into the program's rooms without any work of its own: it rings and reads. */
async function look({ settings, log, tearDown }: Demo, urls: ServerUrls): Promise<INestApplicationContext> {
  provideSettings({ ...settings, ...urls });
  const app = await NestFactory.createApplicationContext(ApiModule, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  tearDown.later(() => app.close());
  return app;
}

async function load(
  people: MadeUpPeople,
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
  tell(`Loaded ${persons.length} made-up persons and ${parties.length} parties.`);
  return since;
}

interface Shown {
  readonly app: INestApplicationContext;
  readonly run: JobRun;
  readonly people: MadeUpPeople;
  readonly course: Course;
}

function report({ app, run, people, course }: Shown): boolean {
  const ends = compareEnds([...people.persons, ...people.parties], course);
  const { counters } = app.get(JobRegistry, { strict: false }).get(DmsPassportStream.JOB);
  const wrong = wrongLines(ends);
  const isRight = run.status === 'FINISHED' && wrong.length === 0;
  print(runLines(run, counters), '', caseLines(ends), '');
  print('Some of them, before and after:', peopleLines(people, course), '');
  print(...wrong, isRight ? 'Everybody ended as the rules say.' : 'The run did not do what the rules say.');
  return isRight;
}
