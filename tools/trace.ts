import { Session } from 'node:inspector/promises';
import { relative, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplicationContext, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ApiModule } from '../src/api.module';
import { WorkerModule } from '../src/app.module';
import { SYSTEM_CLOCK, SETTINGS } from '../src/config/settings.module';
import { ownSettingsOrExit } from '../src/config/own-settings';
import type { Settings } from '../src/config/settings.schema';
import { readSettings } from '../src/config/read-settings';
import type { Transactions } from '../src/database/transactions';
import { DmsPassportStream } from '../src/dms-passport';
import { dayInKyiv } from '../src/domain/calendar-day';
import { configureApplication, startListening } from '../src/http';
import { JobRunner, JobRunRepository } from '../src/jobs';
import { Log, NestLog } from '../src/observability';
import { checkContainer, resultOf } from '../src/signed-content/container-check';
import { readCertificate } from '../src/signed-content/certificate';
import { SignatureCheckPool } from '../src/signed-content/signature-check-pool.service';
import { TrustedAuthorities } from '../src/signed-content/trusted-authorities';
import { CleanUp } from './demo/clean-up';
import { makePeople } from './demo/invented-people';
import { rowsOf } from './demo/people-rows';
import { PeopleRepository } from './demo/people.repository';
import { openAsOwner, startServers } from './demo/servers';
import { childOf, confidantAmong, type InventedConfidant } from './demo/sign-up/invented-patients';
import { SignUpClient } from './demo/sign-up/sign-up-client';
import { openSignUpEnvironment } from './demo/sign-up/sign-up-environment';
import { TokenRepository } from '../src/mithril';
import { LocalTokens } from './local-token';
import type { TestAuthority } from './test-authority';

/*
 * npm run trace: prints which files of src, and which of their functions, take part in one DMS check, one registration
 * and one UNZR look-up. The whole program runs in this process under V8's function coverage, which counts every
 * function that ran between two moments; what runs at start does not count.
 */

const SOURCE = resolve(__dirname, '../src');
const POLL_MS = 20;
const PATIENCE_MS = 30_000;
const UNZR = '19850615-10001';
const CLIENT_ID = '00000000-0000-4000-8000-000000000002';
const ANYWHERE = { strict: false };

interface FileTrace {
  readonly file: string;
  readonly functions: readonly string[];
}

/** What the transpiler makes of an export: it runs whenever another file uses the name. */
const EXPORT_GETTER = /^(?:get )?(?:function ?|[\w$]+) ?\(\) ?\{ ?return (?!this\b)[\w$.]+; ?\}$/;

/** Runs the work and returns the files of `src` with functions that ran meanwhile. */
async function traced(session: Session, work: () => Promise<unknown>): Promise<FileTrace[]> {
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Profiler.stopPreciseCoverage');
  const traces: FileTrace[] = [];
  for (const { scriptId, url, functions } of result) {
    const file = relative(SOURCE, url.replace(/^file:\/\//, ''));
    if (file.startsWith('..')) continue;
    const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
    const ran = functions.filter(({ functionName, ranges: [range] }) => {
      if (functionName === '' || range === undefined || range.count === 0) return false;
      const text = scriptSource.slice(range.startOffset, range.endOffset).replace(/\s+/g, ' ');
      return !EXPORT_GETTER.test(text);
    });
    if (ran.length > 0) traces.push({ file, functions: ran.map(({ functionName }) => functionName) });
  }
  return traces.sort((one, other) => one.file.localeCompare(other.file));
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await wait(POLL_MS);
  }
}

/** No schedule is due while the trace runs, and nothing polls. */
const QUIET = {
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  JOB_POLL_SECONDS: '3600',
  ...Object.fromEntries(
    ['DMS_PERSON', 'DMS_PARTY', 'MVS_PERSON', 'UNZR_PERSON'].map((name) => [
      `${name}_SYNCHRONIZATION_SCHEDULE`,
      '0 0 29 2 *',
    ]),
  ),
  RETENTION_SCHEDULE: '0 0 29 2 *',
};

interface RunningProgram {
  readonly app: NestExpressApplication;
  readonly publicUrl: string;
}

async function startProgram(
  root: Type,
  environment: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const settings = readSettings({ NODE_ENV: 'test', LOG_LEVEL: 'error', ...QUIET, ...environment }, 'http');
  const log = new Log(settings);
  const module = await Test.createTestingModule({ imports: [root] })
    .setLogger(new NestLog(log))
    .overrideProvider(SETTINGS)
    .useValue(settings)
    .overrideProvider(Log)
    .useValue(log)
    // In production a thread does this; here it must run where the coverage is counted.
    .overrideProvider(SignatureCheckPool)
    .useFactory({
      inject: [TrustedAuthorities],
      factory: ({ certificates, mustBeQualified }: TrustedAuthorities) => {
        const authorities = certificates.map(readCertificate);
        return {
          submit: (container: Uint8Array) =>
            Promise.resolve(resultOf(() => checkContainer(container, authorities, { mustBeQualified }))),
        };
      },
    })
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false });
  configureApplication(app);
  const { publicUrl = '' } = await startListening(app, settings, 'http');
  return { app, publicUrl };
}

/** The servers with one person who has a passport and who is a confidant, and a session with the profiler. */
interface Environment {
  readonly variables: Readonly<Record<string, string>>;
  /** For rows that the program never writes. */
  readonly owner: Transactions;
  readonly actorId: string;
  readonly confidant: InventedConfidant;
  readonly authority: TestAuthority;
  readonly session: Session;
}

async function prepare(
  app: INestApplicationContext,
  { confidant, actorId, owner }: Environment,
): Promise<void> {
  const validationPeriodDays = app.get<Settings>(SETTINGS, ANYWHERE).DMS_PERSON_VALIDATION_PERIOD_DAYS;
  await new PeopleRepository(owner).replace((now) =>
    rowsOf({ persons: [confidant.person], parties: [] }, { now, validationPeriodDays, actorId }).filter(
      ([, rows]) => rows.length > 0,
    ),
  );
}

async function traceCheck(
  app: INestApplicationContext,
  { session, actorId }: Environment,
): Promise<FileTrace[]> {
  const runs = app.get(JobRunRepository, ANYWHERE);
  return traced(session, async () => {
    const { id } = await app.get(JobRunner, ANYWHERE).startRun(DmsPassportStream.JOB, actorId);
    await until('the end of the run', async () => (await runs.find(id))?.status === 'FINISHED');
  });
}

async function traceLookUp(
  { app, publicUrl }: RunningProgram,
  { session, actorId, owner }: Environment,
): Promise<FileTrace[]> {
  const tokens = new LocalTokens(owner, app.get(TokenRepository, ANYWHERE), SYSTEM_CLOCK);
  const scopes = ['unzr:read', 'unzr:write'];
  const bearer = await tokens.issue({ scopes, ttlMinutes: 5, clientId: CLIENT_ID, actorId });
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const url = `${publicUrl}/api/admin/unzr_info`;
  return traced(session, async () => {
    await fetch(`${url}/sync`, { method: 'POST', headers, body: JSON.stringify({ unzr: UNZR }) });
    await until('the UNZR', async () => {
      const response = await fetch(`${url}?unzr=${UNZR}`, { headers });
      return response.ok && (await response.text()).includes('"processed"');
    });
  });
}

async function traceRegistration(publicUrl: string, environment: Environment): Promise<FileTrace[]> {
  const { session, confidant, authority } = environment;
  const { lastName: surname, firstName: givenName } = confidant.person.name;
  const container = authority.sign(JSON.stringify(childOf(confidant, dayInKyiv(SYSTEM_CLOCK()))), {
    drfo: confidant.drfo,
    surname,
    givenName,
    signedAt: SYSTEM_CLOCK(),
  });
  const signed = { signed_content: container.toString('base64'), signed_content_encoding: 'base64' } as const;
  const client = new SignUpClient(publicUrl);
  const { token } = await client.validate(signed);
  return traced(session, () => client.register(signed, token));
}

async function trace(cleanUp: CleanUp): Promise<readonly (readonly [string, FileTrace[]])[]> {
  const settings = ownSettingsOrExit('demo');
  const [{ urls, ownerUrl }, signUp] = await Promise.all([
    startServers({ settings, cleanUp, announce: () => undefined }),
    openSignUpEnvironment(settings, cleanUp),
  ]);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Debugger.enable');
  const environment: Environment = {
    variables: { ...urls, ...signUp.variables },
    owner: await openAsOwner(ownerUrl, cleanUp),
    actorId: settings.SYSTEM_USER_ID,
    confidant: confidantAmong(makePeople().persons),
    authority: signUp.authority,
    session,
  };
  const worker = await startProgram(WorkerModule, environment.variables);
  await prepare(worker.app, environment);
  const check = await traceCheck(worker.app, environment);
  const lookUp = await traceLookUp(worker, environment);
  await worker.app.close();
  // A worker renews its permits meanwhile, which is no part of a registration.
  const api = await startProgram(ApiModule, environment.variables);
  cleanUp.later(() => api.app.close());
  const registration = await traceRegistration(api.publicUrl, environment);
  return [
    ['One person through the DMS job', check],
    ['One registration (step 2)', registration],
    ['One UNZR: sync, fetch and read', lookUp],
  ];
}

function print(traces: readonly (readonly [string, FileTrace[]])[]): void {
  const lines = traces.flatMap(([title, files]) => [
    `${title}: ${files.length} files, ${files.flatMap(({ functions }) => functions).length} functions`,
    ...files.map(({ file, functions }) => `  ${file.padEnd(58)} ${[...new Set(functions)].join(' ')}`),
    '',
  ]);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function run(): Promise<void> {
  const cleanUp = new CleanUp();
  try {
    print(await trace(cleanUp));
  } finally {
    await cleanUp.endAll();
  }
}

void run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error)}\n`,
    );
    process.exit(1);
  },
);
