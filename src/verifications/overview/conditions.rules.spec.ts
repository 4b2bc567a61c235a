import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ConditionFacts, type ConditionName, CONDITIONS, conditionsIn } from './conditions.rules';
import type { RunningRun } from '../../jobs';
import type { StreamProgress } from './progress.rules';

const DOCS = join(__dirname, '../../../docs');
const NOW = new Date('2026-03-02T12:00:00Z');
const secondsAgo = (hours: number): number => NOW.getTime() / 1000 - hours * 3600;

const METHOD = {
  method: 'CheckPassportDMSStatus',
  state: 'closed',
  openUntil: null,
  probeBy: null,
  probeUntil: null,
  answeredAt: null,
  calls: 0,
  failures: 0,
} as const;

const PROCESS = {
  id: '5a5b1c9e-0000-4000-8000-000000000006',
  role: 'worker',
  host: 'h',
  version: '1',
  startedAt: NOW,
  lastSeenAt: NOW,
  isSilent: false,
  silentSeconds: 1,
} as const;

const RUN: RunningRun = {
  job: 'unzr-persons',
  id: '5a5b1c9e-0000-4000-8000-000000000005',
  startedAt: NOW,
  done: 10,
  perSecond1m: 1,
  perSecond10m: 1,
  isStalled: false,
  isRefused: false,
  hasForeignAnswers: false,
};

const STREAM: StreamProgress = {
  job: 'unzr-persons',
  stream: 'unzr',
  subject: 'persons',
  due: undefined,
  claimed: 0,
  waitingForRetry: 0,
  cannotBeChecked: 0,
  run: undefined,
  doneAt: undefined,
  limitedBy: undefined,
};

const QUIET: ConditionFacts = {
  now: NOW,
  register: { methods: [METHOD], permits: { held: 0, limit: 20 }, rate: { perSecond: 0, limit: null } },
  processes: [PROCESS],
  streams: [STREAM],
  runs: [RUN],
  failedJobs: [],
  jobs: [
    { job: 'unzr-persons', isPaused: false, lastFinishedSeconds: secondsAgo(29) },
    { job: 'purge', isPaused: false, lastFinishedSeconds: secondsAgo(49) },
    { job: 'mvs-passport-persons', isPaused: false, lastFinishedSeconds: 0 },
  ],
};

const withMethod = (
  method: Partial<ConditionFacts['register']['methods'][number]>,
): Partial<ConditionFacts> => ({
  register: { ...QUIET.register, methods: [{ ...METHOD, ...method }] },
});

const withFinished = (job: string, hours: number, isPaused = false): Partial<ConditionFacts> => ({
  jobs: [{ job, isPaused, lastFinishedSeconds: secondsAgo(hours) }],
});

const CASES: readonly (readonly [ConditionName, about: string, Partial<ConditionFacts>])[] = [
  ['ProcessDown', PROCESS.id, { processes: [{ ...PROCESS, isSilent: true, silentSeconds: 120 }] }],
  ['RegisterCircuitOpen', METHOD.method, withMethod({ state: 'open' })],
  ['RegisterCircuitOpen', METHOD.method, withMethod({ state: 'half_open' })],
  ['RegisterErrors', METHOD.method, withMethod({ calls: 20, failures: 5 })],
  ['RegisterRefusesUs', RUN.job, { runs: [{ ...RUN, isRefused: true }] }],
  ['RegisterForeignAnswers', RUN.job, { runs: [{ ...RUN, hasForeignAnswers: true }] }],
  ['RunFailed', 'unzr-persons', { failedJobs: ['unzr-persons'] }],
  ['NoRunEnded', 'unzr-persons', withFinished('unzr-persons', 31)],
  ['PurgeOverdue', 'purge', withFinished('purge', 51)],
  ['JobPaused', 'unzr-persons', withFinished('unzr-persons', 31, true)],
  ['NothingFinished', RUN.job, { runs: [{ ...RUN, isStalled: true }], streams: [{ ...STREAM, claimed: 3 }] }],
  ['CannotBeChecked', STREAM.job, { streams: [{ ...STREAM, cannotBeChecked: 1_001 }] }],
];

/** What is not enough for a condition. */
const NOT_ENOUGH: readonly (readonly [string, Partial<ConditionFacts>])[] = [
  ['a process that missed a few beats', { processes: [{ ...PROCESS, isSilent: true, silentSeconds: 119 }] }],
  ['one that fell silent an hour ago', { processes: [{ ...PROCESS, isSilent: true, silentSeconds: 3_600 }] }],
  ['a fifth of the calls', withMethod({ calls: 20, failures: 4 })],
  ['few calls', withMethod({ calls: 19, failures: 19 })],
  ['a purge of two nights ago', withFinished('purge', 49)],
  ['a run that has finished nobody, with nobody claimed', { runs: [{ ...RUN, isStalled: true }] }],
  ['a thousand who cannot be checked', { streams: [{ ...STREAM, cannotBeChecked: 1_000 }] }],
];

describe('Conditions', () => {
  it('are none while all is well', () => {
    expect(conditionsIn(QUIET)).toEqual([]);
  });

  it.each(CASES)('%s is true for %s', (name, about, facts) => {
    expect(conditionsIn({ ...QUIET, ...facts })).toEqual([{ name, severity: CONDITIONS[name], about }]);
  });

  it.each(NOT_ENOUGH)('are none for %s', (_, facts) => {
    expect(conditionsIn({ ...QUIET, ...facts })).toEqual([]);
  });

  it('begin with the critical ones', () => {
    const facts = { ...QUIET, ...withMethod({ state: 'open' }), runs: [{ ...RUN, isRefused: true }] };
    expect(conditionsIn(facts).map(({ name }) => name)).toEqual(['RegisterRefusesUs', 'RegisterCircuitOpen']);
  });

  it('have a case here each', () => {
    expect([...new Set(CASES.map(([name]) => name))]).toEqual(Object.keys(CONDITIONS));
  });

  it('have the names and severities of the alerts, and a paragraph each', () => {
    const { groups } = parse(readFileSync(join(DOCS, 'alerts.yml'), 'utf8')) as {
      groups: readonly { rules: readonly { alert: string; labels: { severity: string } }[] }[];
    };
    const alerts = new Map(
      groups.flatMap(({ rules }) => rules).map((rule) => [rule.alert, rule.labels.severity]),
    );
    const operating = readFileSync(join(DOCS, 'operating.md'), 'utf8');
    for (const [name, severity] of Object.entries(CONDITIONS)) {
      expect(alerts.get(name), name).toBe(severity);
      expect(operating, name).toContain(`\n### ${name}\n`);
    }
  });
});
