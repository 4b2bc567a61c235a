import { beforeAll, describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import { Metrics } from '../../src/observability';
import {
  saveParties,
  aParty,
  aPerson,
  partyVerificationOf,
  savePersons,
  verificationOf,
} from '../support/builders';
import { TestEnvironment, JOB as PERSONS_JOB } from '../support/test-environment';
import type { Program } from '../support/program';

const JOB = DmsPassportOfPartiesStream.JOB;

const env = TestEnvironment.forThisFile({
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '7',
  DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: '5',
  JOB_POLL_SECONDS: '1',
});
let programs: Program[];

beforeAll(async () => {
  programs = [env.program, await env.startProgram()];
  await env.shareRegister();
});

const dueParty = () => aParty().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

/** How often a transaction of any program was run again after a deadlock. */
async function repeats(): Promise<number> {
  const reported = await Promise.all(
    programs.map((program) => program.get(Metrics).transactionsRepeated.get()),
  );
  return reported.flatMap(({ values }) => values).reduce((sum, { value }) => sum + value, 0);
}

describe('The answer about a party that persons hold too', () => {
  it('waits for a person before it locks a party: so does the check of the person', async () => {
    const shared = env.passport('FOUND');
    const [party, person] = [
      await dueParty().withPassport(shared).save(env.sql),
      await aPerson().withPassport(shared).save(env.sql),
    ];
    const [holder, looker] = [await env.openSession(), await env.openSession()];
    env.register.hold();
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, shared);
    await holder.holdPerson(person);
    env.register.release();
    await holder.isWaitedFor(env.sql);
    const text = `SELECT FROM prm.party_verifications WHERE party_id = '${party}' FOR UPDATE SKIP LOCKED`;
    const free = await looker.query({ text });
    await holder.run('COMMIT');
    expect(free).toHaveLength(1);
    const run = await env.ended(runId);
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1, propagated_persons: 1 });
  });
});

describe('Passports checked from both ends at once', () => {
  it('end refuted for every person and party, without a deadlock, each change counted once', async () => {
    const passports = Array.from({ length: 6 }, () => env.passport('FOUND'));
    const each = passports.flatMap((passport) => Array.from({ length: 4 }, () => passport));
    const parties = await saveParties(
      env.sql,
      each.map((passport) => dueParty().withPassport(passport)),
    );
    const persons = await savePersons(
      env.sql,
      // Two of the passports each, so that the groups of the writers overlap crosswise.
      each.map((passport, n) =>
        aPerson()
          .withPassport(passport)
          .withPassport(passports[(n + 1) % passports.length] ?? passport, { issuedAt: '1999-01-01' }),
      ),
    );
    const before = await repeats();
    const runs = [await env.startRun({ job: JOB }), await env.startRun({ job: PERSONS_JOB })];
    const ended = await Promise.all(runs.map((id) => env.ended(id)));
    for (const id of parties) {
      expect(await partyVerificationOf(env.sql, id)).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        cumulative_status: 'NOT_VERIFIED',
      });
    }
    for (const id of persons) {
      expect(await verificationOf(env.sql, id)).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        cumulative_status: 'CHANGES_NEEDED',
      });
    }
    expect(await repeats()).toBe(before);
    const audited = await env.sql.query<{ reported: string; n: number }>({
      text: `SELECT resource || ' ' || "row" AS reported, count(*)::int AS n FROM mpi.audit_log GROUP BY 1 ORDER BY 1`,
    });
    const [refutedParties = 0, refutedPersons = 0] = ended.map(({ counts }) => counts['refuted']);
    const sum = (counter: string): number => ended.reduce((n, { counts }) => n + (counts[counter] ?? 0), 0);
    const counted = [
      { reported: 'party_verifications S7', n: refutedParties },
      { reported: 'party_verifications S8', n: sum('propagated_parties') },
      { reported: 'person_verifications S7', n: refutedPersons },
      { reported: 'person_verifications S8', n: sum('propagated_persons') },
    ];
    expect(audited).toEqual(counted.filter(({ n }) => n > 0));
    for (const table of [
      'mpi.verification_claims',
      'mpi.verification_locks',
      'prm.party_verification_locks',
    ]) {
      expect(await env.sql.query({ text: `SELECT FROM ${table}` })).toEqual([]);
    }
  });
});
