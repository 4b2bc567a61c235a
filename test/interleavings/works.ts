import type { DataSource } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { RelationshipService } from '../../src/confidant-relationships';
import { Transactions } from '../../src/database/transactions';
import { isLockTimeout } from '../../src/database/sql-errors';
import { UncheckedInput } from '../../src/http';
import { JobRegistry } from '../../src/jobs';
import { JobRunRepository } from '../../src/jobs/job-run.repository';
import { JobScheduleRepository } from '../../src/jobs/job-schedule.repository';
import { PURGE_JOB } from '../../src/jobs/purge.job';
import { UserRepository } from '../../src/mithril';
import { Metrics } from '../../src/observability';
import { RegistrationService } from '../../src/persons/sign-up/registration.service';
import { UnzrInfoRepository } from '../../src/unzr-info/unzr-info.repository';
import { NhsMoveDto, RepeatDto } from '../../src/verifications/admin/verification.dto';
import { CheckRequestRepository } from '../../src/verifications/check-request.repository';
import { type ClaimedPerson, ClaimRepository } from '../../src/verifications/claim.repository';
import { ExpiredClaims } from '../../src/verifications/expired-claims.service';
import { NhsStatusService } from '../../src/verifications/nhs-status.service';
import type { Outcome } from '../../src/verifications/outcome';
import { OutcomeBuffer } from '../../src/verifications/outcome-buffer';
import { OutcomeWriter } from '../../src/verifications/outcome-writer.service';
import { StreamRegistry } from '../../src/verifications/stream-registry';
import { StreamRestartService } from '../../src/verifications/stream-restart.service';
import { PARTIES, PERSONS, type Subject } from '../../src/verifications/subject';
import { aNewRelationship } from '../integration/related-persons';
import { NEVER } from '../support/purge-fixture';
import { JOB } from '../support/test-environment';
import type { Work } from './execution';
import {
  CLAIMED,
  CLAIMED_NUMBER,
  CLAIMED_PARTY,
  DUE,
  HOLDER,
  OFFICIAL,
  RELATIONSHIP,
  PARTY_HOLDER,
  RUNS,
  SYSTEM_USER_ID,
  UNZR,
  WARD,
  WORKER,
  type World,
} from './world';

/** How long leases of these transactions last, in seconds. */
const LEASE = 600;

const CHECKED = { stream: 'dms_passport', subject: PERSONS } as const;

/** The transactions of the program that meet each other, as the program carries them out. */
export function worksOf(world: World): readonly Work[] {
  return [
    ...ofWorkers(world),
    ...ofOfficials(world),
    ...ofRuns(world),
    ...ofSignUps(world),
    ...ofOthers(world),
  ];
}

/** The second of two alike: they meet only each other, since the others meet the first. */
const SECONDS: Readonly<Record<string, string>> = {
  'register by another': 'register',
  'create user of another': 'create user',
};

/** Every two, also a transaction and itself. */
export function pairsOf(works: readonly Work[]): readonly (readonly Work[])[] {
  const firsts = works.filter(({ name }) => SECONDS[name] === undefined);
  return [
    ...firsts.flatMap((one, index) => firsts.slice(index).map((other) => [one, other])),
    ...Object.entries(SECONDS).map((names) => named(works, names)),
  ];
}

/** Those of which each can spoil what the other two need. */
const THREES = [
  ['refuted', 'reclaim', 'requeue'],
  ['refuted', 'claim', 'change passport'],
  ['confirmed', 'reclaim', 'claim'],
  ['confirmed', 'refuted', 'deactivate persons'],
  ['refuted', 'refuted for a party', 'deactivate parties'],
  ['reclaim', 'claim', 'end run'],
  ['claim', 'end run', 'start run'],
  ['claim', 'pause', 'end run'],
  ['take over run', 'end run', 'start run'],
  ['accept', 'reject', 'refuted'],
  ['requeue at once', 'claim at once', 'claim'],
  ['approve relationship', 'reject relationship', 'relate'],
  ['create user', 'create user of another', 'register'],
  ['sync UNZR', 'fetch UNZR', 'fetch UNZR'],
] as const;

export const threesOf = (works: readonly Work[]): readonly (readonly Work[])[] =>
  THREES.map((names) => named(works, names));

export function named(works: readonly Work[], names: readonly string[]): readonly Work[] {
  return names.map((name) => {
    const work = works.find((one) => one.name === name);
    if (work === undefined) throw new Error(`There is no transaction ${name}.`);
    return work;
  });
}

/** Claims, what becomes of them, and their end. */
function ofWorkers(world: World): readonly Work[] {
  const { program } = world.fixture.env;
  const claims = program.get(ClaimRepository);
  const claimant = {
    ...CHECKED,
    runId: RUNS.persons,
    worker: 'another worker',
    leaseSeconds: LEASE,
    actorId: SYSTEM_USER_ID,
    threshold: new Date(),
  };
  const { person } = world.claimed;
  const answered = (answer: 'FOUND' | 'NOT_FOUND', about: ClaimedPerson) => (): Outcome => ({
    kind: 'answered',
    person: about,
    question: { passType: '0101', series: 'КВ', number: '100001' },
    answer,
    description: null,
    messageId: randomUUID(),
    sentAt: new Date(),
    durationMs: 1,
  });
  const writes = (name: string, outcome: () => Outcome, subject: Subject = PERSONS): Work => ({
    name,
    run: () => write(world, subject, outcome()),
  });
  return [
    { name: 'claim', run: () => claims.claimReady(claimant, 3, []) },
    { name: 'claim at once', run: () => claimAtOnce(world) },
    writes('confirmed', answered('NOT_FOUND', person)),
    writes('refuted', answered('FOUND', person)),
    writes('refuted for a party', answered('FOUND', world.claimed.party), PARTIES),
    writes('malformed', () => ({ kind: 'decided', person, trigger: 'data_malformed' })),
    writes('technical error', () => ({
      kind: 'technical_error',
      person,
      error: 'timeout',
      messageId: null,
    })),
    writes('released', () => ({ kind: 'released', person })),
    { name: 'reclaim', run: () => program.get(ExpiredClaims).reclaim(CHECKED) },
  ];
}

/** As a worker writes: a group that must wait too long is written again, and a claim without persons ends. */
async function write({ fixture: { env } }: World, subject: Subject, outcome: Outcome): Promise<void> {
  const checked = env.program
    .get(StreamRegistry)
    .all.find((one) => one.stream.name === CHECKED.stream && one.subject === subject);
  if (checked === undefined) throw new Error('The stream is not registered.');
  const writer = { runId: RUNS[subject.name], worker: WORKER, actorId: SYSTEM_USER_ID };
  const unexpected: unknown[] = [];
  const buffer = new OutcomeBuffer<Outcome>({
    write: (group) => env.program.get(OutcomeWriter).writeGroup(checked, group, writer),
    instead: () => undefined,
    settled: () => undefined,
    failed: (error) => {
      if (!isLockTimeout(error)) unexpected.push(error);
    },
    abort: NEVER.abort,
  });
  buffer.push(outcome);
  await buffer.drain();
  if (unexpected.length > 0) throw unexpected[0];
  await env.program.get(ClaimRepository).finish([outcome.person.claimId]);
}

/** A check that an official asked for. */
function claimAtOnce({ fixture: { env } }: World): Promise<unknown> {
  const check = { personId: DUE, stream: 'dms_passport' } as const;
  const by = { worker: 'another worker', leaseSeconds: LEASE, actorId: SYSTEM_USER_ID };
  return env.program.get(CheckRequestRepository).claim(check, by);
}

/** S1, S2, S10, N5, N6 and R2–R4. */
function ofOfficials({ fixture: { env }, other }: World): readonly Work[] {
  const { program } = env;
  const others = new Transactions(other, new Metrics());
  const restarts = program.get(StreamRestartService);
  const requeue = (personId: string, run: boolean) => () =>
    restarts.requeue({
      personId,
      stream: 'dms_passport',
      actorId: OFFICIAL,
      asked: new UncheckedInput(RepeatDto, { status: 'VERIFICATION_NEEDED', run }),
    });
  const nhs = (status: string, comment: string | null) => () =>
    program.get(NhsStatusService).move({
      personId: CLAIMED,
      actorId: OFFICIAL,
      asked: new UncheckedInput(NhsMoveDto, { status, comment }),
    });
  const relationship = (verificationStatus: 'VERIFIED' | 'NOT_VERIFIED' | 'VERIFICATION_NEEDED') => () =>
    program.get(RelationshipService).move({
      id: RELATIONSHIP,
      actorId: OFFICIAL,
      verificationStatus,
      comment: 'звірено',
      dracsBirthActId: null,
    });
  const changes = (statement: string) => () =>
    others.inTransaction(async (sql) => {
      await sql.query({ text: statement }, [CLAIMED]);
      await restarts.onDataChanged(sql, { personId: CLAIMED, actorId: OFFICIAL });
    });
  return [
    {
      name: 'change passport',
      run: changes(`UPDATE mpi.person_documents SET number = 'КВ100009' WHERE person_id = $1`),
    },
    { name: 'remove passport', run: changes(`DELETE FROM mpi.person_documents WHERE person_id = $1`) },
    { name: 'requeue', run: requeue(CLAIMED, false) },
    { name: 'requeue at once', run: requeue(DUE, true) },
    { name: 'accept', run: nhs('VERIFIED', null) },
    { name: 'reject', run: nhs('NOT_VERIFIED', 'прізвище не збігається') },
    { name: 'approve relationship', run: relationship('VERIFIED') },
    { name: 'reject relationship', run: relationship('NOT_VERIFIED') },
    { name: 'return relationship', run: relationship('VERIFICATION_NEEDED') },
  ];
}

/** End and take-over of a run, pauses of its job, and what is purged. */
function ofRuns({ fixture: { env } }: World): readonly Work[] {
  const { program } = env;
  const runs = program.get(JobRunRepository);
  const schedules = program.get(JobScheduleRepository);
  const job = program.get(JobRegistry).get(JOB);
  const unfinished: Parameters<JobRunRepository['end']>[2]['unfinished'] = (sql) =>
    job.unfinished(sql, RUNS.persons, 'nothing_due');
  const another = { worker: 'another worker', leaseSeconds: LEASE };
  return [
    { name: 'end run', run: () => runs.end(RUNS.persons, WORKER, { status: 'FINISHED', unfinished }) },
    {
      name: 'stop run',
      run: () =>
        runs.end(RUNS.persons, WORKER, { status: 'STOPPED', unfinished: () => Promise.resolve(false) }),
    },
    { name: 'take over run', run: () => runs.takeLease(RUNS.persons, another) },
    { name: 'start run', run: () => runs.start(JOB, OFFICIAL, another) },
    { name: 'record tick', run: () => runs.insertTick(JOB, new Date(86_400_000), SYSTEM_USER_ID) },
    { name: 'pause', run: () => schedules.pause(JOB, OFFICIAL, 'реєстр на обслуговуванні') },
    {
      name: 'pause and resume',
      run: async () => {
        await schedules.pause(JOB, OFFICIAL, 'реєстр на обслуговуванні');
        await schedules.resume(JOB, OFFICIAL);
      },
    },
    {
      name: 'purge',
      run: () =>
        program
          .get(JobRegistry)
          .get(PURGE_JOB)
          .help(
            {
              ...{ id: RUNS.persons, job: PURGE_JOB, byHand: true, activeSince: new Date() },
              ...{ isPaused: false, isUncounted: false },
            },
            NEVER,
          ),
    },
  ];
}

/** Registrations of the same child by two confidants, and what they consist of. */
function ofSignUps(world: World): readonly Work[] {
  const { program } = world.fixture.env;
  const transactions = program.get(Transactions);
  const [, second] = world.applicants;
  const register = (index: number) => () => {
    const request = world.requests[index];
    if (request === undefined) throw new Error('There is no such request.');
    // From an address of its own each time: an address may not have many signatures checked.
    return program.get(RegistrationService).register(request, randomUUID());
  };
  const createUser = (personId: string) => () =>
    transactions.inTransaction((sql) =>
      program
        .get(UserRepository)
        .create(sql, { id: randomUUID(), personId, taxId: CLAIMED_NUMBER, actorId: OFFICIAL }),
    );
  const relate = aNewRelationship(
    { personId: WARD, confidantPersonId: second?.personId ?? '' },
    { now: new Date() },
  );
  return [
    { name: 'register', run: register(0) },
    { name: 'register by another', run: register(1) },
    { name: 'create user', run: createUser(DUE) },
    { name: 'create user of another', run: createUser(HOLDER) },
    {
      name: 'relate',
      run: () =>
        transactions.inTransaction((sql) =>
          program.get(RelationshipService).create(sql, { ...relate, id: randomUUID() }),
        ),
    },
  ];
}

/** UNZR look-ups, and another program that deactivates people and repeats nothing. */
function ofOthers({ fixture: { env }, other }: World): readonly Work[] {
  const { program } = env;
  const unzr = program.get(UnzrInfoRepository);
  const fetch = async (end: 'answered' | 'failed'): Promise<void> => {
    const claimed = await unzr.claim(LEASE);
    if (claimed === undefined) return;
    const sent = { messageId: randomUUID(), durationMs: 1 };
    await (end === 'answered' ? unzr.answered(claimed, null, sent) : unzr.failed(claimed, sent));
  };
  return [
    { name: 'sync UNZR', run: () => unzr.request({ unzr: UNZR, userId: OFFICIAL, reads: true }) },
    { name: 'fetch UNZR', run: () => fetch('answered') },
    { name: 'deactivate persons', run: () => deactivate(other, 'mpi.persons', [CLAIMED, HOLDER]) },
    {
      name: 'deactivate parties',
      run: () => deactivate(other, 'prm.parties', [PARTY_HOLDER, CLAIMED_PARTY]),
    },
  ];
}

function deactivate(other: DataSource, table: string, ids: readonly string[]): Promise<unknown> {
  return other.query(`UPDATE ${table} SET is_active = false WHERE id = ANY ($1)`, [ids]);
}
