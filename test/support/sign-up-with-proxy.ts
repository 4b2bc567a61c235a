import { rmSync } from 'node:fs';
import type { Settings } from '../../src/config/settings.schema';
import { SETTINGS } from '../../src/config/settings.module';
import { OrphanCleaner } from '../../src/media-storage';
import { MEDIA_STORE, type MediaStore } from '../../src/media-storage/media-store';
import { UploadLogRepository } from '../../src/media-storage/upload-log.repository';
import { Log, Metrics } from '../../src/observability';
import { DatabaseProxy } from './database-proxy';
import { type RowCounts, countEverything } from './database';
import { Program } from './program';
import type { SignUpContentBuilder } from './sign-up-content';
import { type Answer, type MadeUpApplicant, type SignUpBody, SignUpFixture } from './sign-up-fixture';
import { waitUntil } from './wait-until';

type Environment = Readonly<Record<string, string>>;

/** A body of the second call. */
export interface RegisterBody extends SignUpBody {
  readonly jwt: string;
}

/** Every program must understand the sessions of every other. */
const SHARED: Environment = { PIS_SESSION_SECRET: 'a-secret-that-all-programs-of-this-test-share' };

/** Instead of the seconds after which the program gives up waiting, as it should where a machine is quick. */
const PATIENT_SESSIONS = [
  `CREATE FUNCTION public.be_patient() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
     PERFORM set_config('lock_timeout', '1min', false), set_config('statement_timeout', '1min', false);
   END $$`,
  'CREATE EVENT TRIGGER be_patient ON login EXECUTE FUNCTION public.be_patient()',
];

/** What one registration of a child makes, including its phone and its one document. */
export const WHOLE: RowCounts = {
  'mpi.persons': 1,
  'mpi.person_phones': 1,
  'mpi.person_addresses': 1,
  'mpi.person_documents': 1,
  'mpi.person_authentication_methods': 1,
  'mpi.person_verifications': 1,
  'mpi.confidant_person_relationships': 1,
  'mpi.confidant_person_relationship_documents': 1,
  'mpi.sign_ups': 1,
  // The person and the relationship; each changed thing, the sum of the streams, and each of the streams.
  'mpi.status_change_events': 2,
  'mpi.audit_log': 14,
  'mithril.users': 1,
  'mithril.tokens': 1,
  objects: 1,
};

/** What one more confidant of a person who is registered already makes. */
export const RELATED: RowCounts = {
  'mpi.person_authentication_methods': 1,
  'mpi.confidant_person_relationships': 1,
  'mpi.confidant_person_relationship_documents': 1,
  'mpi.sign_ups': 1,
  'mpi.status_change_events': 1,
  'mpi.audit_log': 3,
  'mithril.tokens': 1,
  objects: 1,
};

/** What the same registration makes when everything is there: one more token, and its audit row. */
export const REPEATED: RowCounts = { 'mithril.tokens': 1, 'mpi.audit_log': 1 };

/** All of them together, each so many times. */
export function together(...parts: readonly (readonly [RowCounts, times: number])[]): RowCounts {
  const sum = new Map<string, number>();
  for (const [part, times] of parts) {
    for (const [name, n] of Object.entries(part)) sum.set(name, (sum.get(name) ?? 0) + n * times);
  }
  return Object.fromEntries([...sum].filter(([, n]) => n !== 0));
}

/** Sign-ups at a program whose every statement passes a proxy where it can be held, cut off or made to fail. */
export class SignUpWithProxy {
  private readonly programs: Program[] = [];
  private children = 100_000;

  private constructor(
    readonly fixture: SignUpFixture,
    readonly proxy: DatabaseProxy,
  ) {}

  static async start(environment: Environment = {}): Promise<SignUpWithProxy> {
    return SignUpWithProxy.behindProxy(await SignUpFixture.start({ ...SHARED, ...environment }));
  }

  /** For many who wait for each other: none of them is to be told to try again. */
  static async startPatient(environment: Environment): Promise<SignUpWithProxy> {
    const fixture = await SignUpFixture.start({ ...SHARED, ...environment });
    await fixture.env.sql.run(...PATIENT_SESSIONS);
    return SignUpWithProxy.behindProxy(fixture);
  }

  private static async behindProxy(fixture: SignUpFixture): Promise<SignUpWithProxy> {
    const signUps = new SignUpWithProxy(fixture, await DatabaseProxy.start(fixture.env.database.url));
    await signUps.startProgram();
    return signUps;
  }

  /** One more on the wire; it only answers calls. */
  async startProgram(environment: Environment = {}): Promise<Program> {
    const program = await Program.start({
      ...this.fixture.env.servers,
      works: false,
      environment: this.environment(environment),
    });
    this.programs.push(program);
    return program;
  }

  /** The environment of a program on the wire. */
  environment(more: Environment = {}): Environment {
    return { ...this.fixture.env.servers.environment, DATABASE_URL: this.proxy.url, ...more };
  }

  /** The one that was started first. */
  get program(): Program {
    const [program] = this.programs;
    if (program === undefined) throw new Error('No program runs.');
    return program;
  }

  /** A child nobody has registered yet. */
  child(by: Pick<MadeUpApplicant, 'personId'>): SignUpContentBuilder {
    this.children += 1;
    return this.fixture.contentBy(by).withOnlyDocument('BIRTH_CERTIFICATE', `І-ЯЩ№${this.children}`);
  }

  /** Signed and validated: what is left to do is the second call. Statements of this do not count. */
  async prepared(content: SignUpContentBuilder, by: MadeUpApplicant): Promise<RegisterBody> {
    const signed = this.fixture.sign(content, by);
    return { ...signed, jwt: await this.fixture.sessionOf(signed) };
  }

  register(body: RegisterBody, program = this.program): Promise<Answer> {
    return this.fixture.register(body, program);
  }

  everything(): Promise<RowCounts> {
    return countEverything(this.fixture.env.sql, this.fixture.mediaFolder);
  }

  /** The orphan clean-up of a worker after an hour: everything left is made that old. */
  async removeOrphans(program = this.fixture.env.program): Promise<void> {
    await this.openTransactionsEnd();
    const { sql } = this.fixture.env;
    await sql.run(`UPDATE mpi.media_uploads SET inserted_at = now() - interval '2 hours'`);
    const cleaner = new OrphanCleaner(
      program.get<MediaStore>(MEDIA_STORE),
      program.get(UploadLogRepository),
      program.get(Log),
      program.get(Metrics),
      program.get<Settings>(SETTINGS),
    );
    await cleaner.removeOrphans();
  }

  async clear(): Promise<void> {
    this.proxy.passAll();
    await this.openTransactionsEnd();
    await this.fixture.env.clear();
    rmSync(this.fixture.mediaFolder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    this.proxy.passAll();
    await Promise.all(this.programs.map((program) => program.stop()));
    await this.proxy.stop();
    await this.fixture.stop();
  }

  /** PostgreSQL needs a moment to see that the other side of a session is gone, and undoes what it did only then. */
  private async openTransactionsEnd(): Promise<void> {
    const text = `
      SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
         AND xact_start IS NOT NULL`;
    const { sql } = this.fixture.env;
    await waitUntil(async () => (await sql.query({ text })).length === 0, {
      what: 'open transactions to end',
    });
  }
}

/** The id of the person of an answer; the answer must be that of a registration. */
export function personIn({ status, body }: Answer): string {
  const person = body.data?.['person'] as { id?: string } | undefined;
  if (status !== 201 || person?.id === undefined)
    throw new Error(`The registration was answered with ${status}: ${body.error?.message ?? ''}.`);
  return person.id;
}

/** The ids of person and user in an answer, as one text. */
export function idsIn(answer: Answer): string {
  return `${personIn(answer)} ${(answer.body.data?.['user'] as { id: string }).id}`;
}
