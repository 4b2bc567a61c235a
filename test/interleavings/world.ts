import { createHash } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import { JobRegistry } from '../../src/jobs';
import { ClaimRepository, type ClaimedPerson } from '../../src/verifications/claim.repository';
import { PARTIES, PERSONS, type Subject } from '../../src/verifications/subject';
import { DrillDatabase } from '../drills/database';
import { installRecorder, recordStart } from '../drills/recorder';
import { aParty, aPerson, aRelationship, saveParties, savePersons } from '../support/builders';
import { EMPTIED_TABLES, emptyTables } from '../support/database';
import {
  type MadeUpApplicant,
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  SignUpFixture,
} from '../support/sign-up-fixture';
import type { Session } from '../support/sql-session';
import { JOB } from '../support/test-environment';
import type { RegistrationRequest } from '../../src/persons/sign-up/registration.service';
import { holdStatements } from './stepped-connections';
import { StatementReader } from './statement-effects';

export const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
export const OFFICIAL = '5a5b1c9e-0000-4000-8000-0000000000f1';
/** The runs of both jobs, held by a worker whose lease has passed. */
export const RUNS = {
  persons: '5a5b1c9e-0000-4000-8000-0000000000a1',
  parties: '5a5b1c9e-0000-4000-8000-0000000000a2',
} as const;
export const WORKER = 'the worker whose lease has passed';
export const UNZR = '19850615-10001';

/** Ids in the order in which rows are locked. */
const idOf = (number: number): string => `5a5b1c9e-0000-4000-8000-00000000000${number}`;

/** In review, under a claim whose lease has passed: also in the hands of an official. */
export const CLAIMED = idOf(1);
/** Due, with the same passport in another spelling. */
export const HOLDER = idOf(2);
/** Due. */
export const DUE = idOf(3);
/** Has a relationship that an official has in work. */
export const WARD = idOf(4);
export const RELATIONSHIP = idOf(6);
/** In review, with the passport of the two persons, as is the other party. */
export const CLAIMED_PARTY = idOf(5);
export const PARTY_HOLDER = idOf(7);
export const PASSPORT = 'КВ100001';
/** A tax number that two persons claim. */
export const CLAIMED_NUMBER = '2999900001';

/** Tables of the recorder that change while transactions run. */
const RECORDED = ['drill.history', 'drill.edits', 'drill.claims_over', 'drill.renewals'];

/** Long ago for every rule about age: audit rows are kept for five years. */
const LONG_AGO = `now() - interval '6 years'`;

const OLD_ROWS = [
  `INSERT INTO mpi.job_runs (job, started_at, finished_at, status, inserted_at, updated_at)
   VALUES ('${JOB}', ${LONG_AGO}, ${LONG_AGO}, 'FINISHED', ${LONG_AGO}, ${LONG_AGO})`,
  `INSERT INTO mpi.audit_log (resource, resource_id, changeset, inserted_at)
   VALUES ('users', gen_random_uuid(), '{}', ${LONG_AGO})`,
  `INSERT INTO mpi.status_change_events (entity_type, entity_id, properties, inserted_at)
   VALUES ('Person', gen_random_uuid(), '{}', ${LONG_AGO})`,
  `INSERT INTO mpi.sign_ups (content_sha256, person_id, inserted_at, updated_at)
   VALUES (repeat('a', 64), '${DUE}', ${LONG_AGO}, ${LONG_AGO})`,
];

/** Looks at the tables again and again with the same statements, so that each is planned only a few times. */
export class PreparedLooks implements Pick<DrillDatabase, 'look' | 'number'> {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<PreparedLooks> {
    const client = new Client(url);
    await client.connect();
    return new PreparedLooks(client);
  }

  async look<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    return (await this.client.query<Row>({ name, text, values: [...values] })).rows;
  }

  async number(text: string, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.look(text, values);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** The installation in which the transactions meet, and its state before each order. */
export class World {
  private reset = '';
  /** When the state was made. */
  startedAt = '';
  /** Whom the register is asked about. */
  claimed!: { readonly person: ClaimedPerson; readonly party: ClaimedPerson };
  /** Two confidants' requests to register the same child. */
  readonly requests: RegistrationRequest[] = [];
  applicants: readonly MadeUpApplicant[] = [];

  private constructor(
    readonly fixture: SignUpFixture,
    readonly looks: PreparedLooks,
    readonly reader: StatementReader,
    /** Looks at who waits for whom, as superuser. */
    readonly observer: Session,
    /** Another program, which changes and deactivates people as its role may, and ours may not. */
    readonly other: DataSource,
  ) {}

  static async start(): Promise<World> {
    const fixture = await SignUpFixture.start({
      DATABASE_POOL_SIZE: '12',
      PIS_SESSION_SECRET: SESSION_SECRET,
      SIGNED_CONTENT_SIGNATURE_TIMESTAMP_VALID_MINUTES: '1440',
    });
    const { env } = fixture;
    const looks = await PreparedLooks.open(env.database.adminUrl);
    const reader = await StatementReader.of(env.sql);
    const other = await new DataSource(
      dataSourceOptions(env.database.adminUrl, { poolSize: 4 }),
    ).initialize();
    const world = new World(fixture, looks, reader, await env.openSession(), other);
    await world.make();
    // As after the first part in a run: the job knows the time of the database.
    await env.program.get(JobRegistry).get(JOB).due();
    holdStatements(env.program.get(DataSource), reader);
    holdStatements(other, reader);
    return world;
  }

  get sql(): Session {
    return this.fixture.env.sql;
  }

  /** Everything as it was made. */
  async restore(): Promise<void> {
    await this.sql.run(this.reset);
  }

  /** Whether the recorder's triggers work; they look into tables of their own accord. */
  async recordsLocks(yes: boolean): Promise<void> {
    const change = yes ? 'ENABLE' : 'DISABLE';
    for (const table of ['mpi.verification_locks', 'prm.party_verification_locks'])
      await this.sql.run(`ALTER TABLE ${table} ${change} TRIGGER drill_lock`);
  }

  async stop(): Promise<void> {
    await this.looks.close();
    await this.other.destroy();
    await this.fixture.stop();
  }

  private async make(): Promise<void> {
    await emptyTables(this.sql);
    await this.makePeople();
    await this.makeRequests();
    await this.sql.run(
      `INSERT INTO mpi.job_schedules (job) VALUES ('${JOB}')`,
      `INSERT INTO mpi.job_runs (id, job, started_at, status, worker, lease_until)
       VALUES ('${RUNS.persons}', '${JOB}', now(), 'RUNNING', '${WORKER}', now() - interval '1 second'),
              ('${RUNS.parties}', '${DmsPassportOfPartiesStream.JOB}', now(), 'RUNNING', '${WORKER}',
               now() - interval '1 second')`,
      `INSERT INTO mimir.unzr_info (unzr, job_status, next_try_at, inserted_by, updated_by)
       VALUES ('${UNZR}', 'pending', now(), '${OFFICIAL}', '${OFFICIAL}')`,
      ...OLD_ROWS,
    );
    await this.record();
    this.claimed = {
      person: await this.claim(PERSONS, CLAIMED),
      party: await this.claim(PARTIES, CLAIMED_PARTY),
    };
    const [now] = await this.sql.query<{ now: string }>({ text: 'SELECT now()::text AS now' });
    this.startedAt = now?.now ?? '';
    this.reset = await this.keepState();
  }

  /** As a drill records the beginning. */
  private async record(): Promise<void> {
    const drill = new DrillDatabase(this.fixture.env.database.adminUrl);
    await installRecorder(drill);
    await recordStart(drill);
    await drill.close();
  }

  private async makePeople(): Promise<void> {
    const longAgo = new Date(Date.now() - 400 * 86_400_000);
    const verified = ['VERIFIED', 'AUTO_VALID', { syncedAt: longAgo }] as const;
    // The rows lie in another order than that of their ids.
    await savePersons(this.sql, [
      aPerson().withId(DUE).withPassport('КВ100003'),
      aPerson()
        .withId(HOLDER)
        .withPassport('кв 100001')
        .stream('dms_passport', ...verified),
      aPerson().withId(CLAIMED).withPassport(PASSPORT).stream('nhs', 'IN_REVIEW', 'MANUAL'),
      aPerson().withId(WARD).bornOn('2016-05-10'),
    ]);
    await saveParties(this.sql, [
      aParty().withId(PARTY_HOLDER).withPassport(PASSPORT),
      aParty()
        .withId(CLAIMED_PARTY)
        .withPassport(PASSPORT)
        .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
    ]);
  }

  private async makeRequests(): Promise<void> {
    this.applicants = [await this.fixture.applicant(), await this.fixture.applicant()];
    for (const applicant of this.applicants) {
      const content = this.fixture.contentBy(applicant).withTaxId('3700000017');
      const signed = this.fixture.sign(content, applicant);
      const claims = sessionClaims(signed.signed_content);
      const jwt = await sessionJwt({ ...claims, exp: Number(claims['exp']) + 86_400 });
      this.requests.push({ ...signed, jwt });
    }
    const [confidant] = this.applicants;
    const relationship = aRelationship()
      .withId(RELATIONSHIP)
      .of(WARD)
      .through(confidant?.personId ?? '');
    await relationship.status('IN_REVIEW', 'MANUAL').withDocument('DOCUMENT', '77-А').save(this.sql);
    await this.sql.run(`UPDATE mpi.confidant_person_relationships SET awaits_method = true`);
  }

  /** By the program itself; nobody renews the lease. */
  private async claim(subject: Subject, id: string): Promise<ClaimedPerson> {
    const claims = this.fixture.env.program.get(ClaimRepository);
    const claimant = {
      stream: 'dms_passport' as const,
      subject,
      runId: RUNS[subject.name],
      worker: WORKER,
      leaseSeconds: -1,
      actorId: SYSTEM_USER_ID,
      threshold: new Date(),
    };
    const { persons } = await claims.claimReady(claimant, 1, []);
    const [claimed] = persons;
    if (claimed?.facts.personId !== id) throw new Error('Somebody else was claimed.');
    return claimed;
  }

  /** Copies every table; returns the statements that bring the copies back, without triggers and foreign keys. */
  private async keepState(): Promise<string> {
    const filled: string[] = [];
    for (const table of EMPTIED_TABLES) {
      const [row] = await this.sql.query<{ filled: boolean }>({
        text: `SELECT EXISTS (SELECT FROM ${table}) AS filled`,
      });
      if (row?.filled === true) filled.push(table);
    }
    const copyOf = (table: string): string => `kept.${table.replace('.', '_')}`;
    await this.sql.run(
      'CREATE SCHEMA kept',
      ...filled.map((table) => `CREATE TABLE ${copyOf(table)} AS TABLE ${table}`),
    );
    const emptied = [...EMPTIED_TABLES, ...RECORDED].map((table) => `DELETE FROM ${table}`);
    // Who was registered in an order is not there before the next one.
    const forgotten = `DELETE FROM drill.began WHERE status IS NULL`;
    const filledAgain = filled.map((table) => `INSERT INTO ${table} SELECT * FROM ${copyOf(table)}`);
    return [
      'BEGIN',
      'SET LOCAL session_replication_role = replica',
      ...emptied,
      forgotten,
      ...filledAgain,
      'COMMIT',
    ].join('; ');
  }
}
