import { waitUntil } from '../support/wait-until';
import type { DrillDatabase } from './database';
import type { FaultReport } from './findings';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import type { Opened, DrillEnvironment } from './environment';
import { type Drill, runDrill } from './definition';
import { PATIENT_CALLS } from './settings';

/** A way in which the register misbehaves: a mode of the sandbox, and the technical errors that are right for it. */
type Mistreatment = readonly [mode: string, ...kinds: string[]];

/** So many calls end badly, or the breaker opens, before the register is well again. */
const CALLS = 8;

/** Answers use up persons, and none is asked about twice in a run: slow and few calls make the run last for all. */
const SLOWLY = { latencyMs: 200, settings: { TREMBITA_CONCURRENCY: '6' } };

/** In addition the register holds answers back until the drill goes on, where no mistreatment is a timeout. */
const PATIENTLY = { latencyMs: 200, settings: { ...SLOWLY.settings, ...PATIENT_CALLS } };

/** So many answers are sent in each mode, and so many good ones between two modes, where answers are held back. */
const SPOILED_ANSWERS = 2 * CALLS;
const GOOD_ANSWERS = CALLS;

/** Ten gigabytes and a bomb arrive: a program that keeps them grows by far more than this. */
const GROWS_AT_MOST_MIB = 160;

/**
 * One mistreatment after the other in the middle of a run, each until enough calls have failed of it. None may bring
 * a verdict, all end as technical errors of the right kind, memory stays bounded, and then work goes on.
 */
async function mistreatCalls(
  environment: DrillEnvironment,
  mistreatments: readonly Mistreatment[],
  mayHold = true,
): Promise<FaultReport> {
  const workers = await environment.workers(2);
  if (mayHold) await environment.register.behave({ answerUpTo: 20 });
  const runId = await startRun(environment.database);
  await environment.register.reached(20);
  const memoryMib = peak(workers);
  const spoiled: [number, number][] = [];
  const wrongful: string[] = [];
  let recoveredMs = 0;
  for (const mistreatment of mistreatments) {
    const { all, sure } = await misbehave(environment, mistreatment, mayHold);
    const wellAtMs = Date.now();
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(environment.database, wellAtMs));
    spoiled.push(all);
    wrongful.push(...(await verdictsOf(environment, mistreatment, sure)));
  }
  await environment.register.behave({ latencyMs: 0, answerUpTo: null });
  await runEnds(environment.database, runId);
  const grownMib = Math.round(peak(workers) - memoryMib);
  return {
    faults: mistreatments.length,
    recoveredMs,
    spoiled,
    notes: [`a worker's memory grew by ${grownMib} MiB at most`],
    missed: [...wrongful, ...(grownMib > GROWS_AT_MOST_MIB ? [`a worker grew by ${grownMib} MiB`] : [])],
  };
}

type Span = [from: number, to: number];

/** The questions that may have been spoiled, and those that surely were. */
async function misbehave(
  { database, register }: DrillEnvironment,
  [mode, ...kinds]: Mistreatment,
  mayHold: boolean,
): Promise<{ all: Span; sure: Span }> {
  const upTo = async (more: number): Promise<number | null> =>
    mayHold ? (await register.asked()).length + more : null;
  const before = await register.count();
  const failedBefore = await failures(database, kinds);
  await register.behave({ mode, answerUpTo: await upTo(SPOILED_ANSWERS) });
  const first = await register.count();
  const isEnough = async (): Promise<boolean> => {
    const failed = (await failures(database, kinds)) - failedBefore;
    return failed >= CALLS || (failed > 0 && (await isCircuitOpen(database)));
  };
  await waitUntil(isEnough, { what: `technical errors in the mode ${mode}`, timeoutMs: 60_000, everyMs: 50 });
  const last = await register.count();
  await register.behave({ mode: 'normal', answerUpTo: await upTo(GOOD_ANSWERS) });
  return { all: [before + 1, await register.count()], sure: [first + 1, last] };
}

/** Persons who got a verdict out of an answer that was none. */
async function verdictsOf(
  { database, register }: DrillEnvironment,
  [mode]: Mistreatment,
  [from, to]: Span,
): Promise<string[]> {
  const messages = (await register.asked(from - 1))
    .filter(({ sequence }) => sequence <= to)
    .map(({ messageId }) => messageId);
  const verdicts = await database.number(
    `SELECT count(*) FROM mpi.audit_log WHERE message_id = ANY ($1::varchar[])`,
    [messages],
  );
  return verdicts > 0 ? [`${verdicts} verdicts resulted from answers in the mode ${mode}`] : [];
}

/** The breaker has had enough of it: few calls are made any more, each later than the one before. */
async function isCircuitOpen(database: DrillDatabase): Promise<boolean> {
  return (
    (await database.number(`SELECT count(*) FROM mimir.register_breakers WHERE open_until IS NOT NULL`)) > 0
  );
}

function failures(database: DrillDatabase, kinds: readonly string[]): Promise<number> {
  return database.number(
    `SELECT coalesce(sum(n), 0) FROM mpi.job_run_counts WHERE counter = ANY ($1::varchar[])`,
    [kinds.map((kind) => `technical_errors.${kind}`)],
  );
}

function peak(workers: readonly Opened[]): number {
  return Math.max(...workers.map(({ child }) => child.peakMemoryMib()));
}

const UNREADABLE = ['html', 'garbage', 'nothing', 'cut_off', 'doctype', 'two_body_children', 'windows_1251'];

const UNREADABLE_STATUSES = ['repeated_status', 'word_status'];

const UNREADABLE_MODES: readonly Mistreatment[] = [
  ...[...UNREADABLE, ...UNREADABLE_STATUSES].map((mode): Mistreatment => [mode, 'unreadable_answer']),
  ['deep_nesting', 'unreadable_answer', 'too_large'],
  ['unknown_status', 'register_error'],
  ['fault_11', 'fault_server'],
  ['fault_http_200', 'fault_server'],
  ['fault_configuration_12', 'fault_configuration'],
  ['http_503', 'http_error'],
];

/** D11: the register answers with pages, garbage, contradictions and faults. */
export const garbleAnswers: Drill = {
  name: 'garble-answers',
  code: 'D11',
  description: 'the register answers HTML, garbage, contradictions, faults',
  short: true,
  runDrill: (sharedServers) =>
    runDrill(sharedServers, { name: 'garble-answers', persons: 600, ...PATIENTLY }, (environment) =>
      mistreatCalls(environment, UNREADABLE_MODES),
    ),
};

const HANGING_MODES: readonly Mistreatment[] = [
  ['hang', 'timeout'],
  ['hang_after_headers', 'timeout'],
  ['drip', 'timeout'],
  ['closed', 'connection'],
  ['reset', 'connection'],
  ['closed_mid_body', 'connection'],
  ['endless_headers', 'connection', 'too_large'],
  ['huge', 'too_large'],
  ['gzip_bomb', 'too_large', 'unreadable_answer'],
];

/** D10: the register hangs, drips, closes and resets connections, and sends without end. */
export const hangCalls: Drill = {
  name: 'hang-calls',
  code: 'D10',
  description: 'the register hangs, drips, closes, resets, sends 10 GB',
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'hang-calls',
        persons: 600,
        ...SLOWLY,
        settings: { ...SLOWLY.settings, TREMBITA_TIMEOUT_MS: '1000' },
      },
      (environment) => mistreatCalls(environment, HANGING_MODES, false),
    ),
};

const FOREIGN_MODES: readonly Mistreatment[] = [
  'foreign_id',
  'foreign_service',
  'foreign_client',
  'missing_id',
  'no_header',
  'previous_answer',
].map((mode): Mistreatment => [mode, 'foreign_answer']);

/** D12: good answers that belong to other questions. */
export const swapAnswers: Drill = {
  name: 'swap-answers',
  code: 'D12',
  description: 'the register answers with foreign ids and with the answer before',
  short: true,
  runDrill: (sharedServers) =>
    runDrill(sharedServers, { name: 'swap-answers', persons: 300, ...PATIENTLY }, (environment) =>
      mistreatCalls(environment, FOREIGN_MODES),
    ),
};
