import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignUpContent } from '../../src/domain/person/person-request';
import { type Defects, type MadeUpSignature, TestAuthority } from '../../tools/test-authority';
import { aPerson, aUser, type PersonBuilder } from './builders';
import { TestEnvironment } from './test-environment';
import type { Program } from './program';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';
import { expect, afterEach } from 'vitest';
import type { Sql } from '../../src/database/transactions';
import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { filesIn } from './stored-files';

type Environment = Readonly<Record<string, string>>;

/** Somebody who may sign a child up: a person with an own phone, and the user. */
export interface MadeUpApplicant {
  readonly personId: string;
  readonly userId: string;
  readonly drfo: string;
}

/** What a call answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly meta: Record<string, unknown>;
    readonly data?: Record<string, unknown>;
    readonly error?: { readonly type: string; readonly message: string; readonly invalid?: readonly Fault[] };
  };
}

interface Fault {
  readonly entry: string;
  readonly rules: readonly {
    readonly rule: string;
    readonly description: string;
    readonly params: unknown[];
  }[];
}

/** A program as its callers see it, in this process or in one of its own. */
export type RunningProgram = Pick<Program, 'addresses'>;

/** A body of either call, as it is sent. */
export interface SignUpBody {
  readonly signed_content: string;
  readonly signed_content_encoding: string;
}

/** A minute ago, so that neither the signer's clock nor the server's is ahead. */
const SIGNED_BEFORE_MS = 60_000;

/** An installation that trusts a test authority, and people who sign up and are signed up there. */
export class SignUpFixture {
  private numbers = 3_000_000_000;

  private constructor(
    readonly env: TestEnvironment,
    readonly authority: TestAuthority,
    /** Where signed content is kept. */
    readonly mediaFolder: string,
    private readonly folder: string,
    private readonly clock: () => Date,
  ) {}

  /** The clock is the program's and the signers'. */
  static async start(
    environment: Environment = {},
    clock: () => Date = () => new Date(),
  ): Promise<SignUpFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'sign-up-'));
    const authority = TestAuthority.make({ nodeEnv: 'test' });
    const trusted = join(folder, 'ca.pem');
    writeFileSync(trusted, authority.trustedPem);
    const mediaFolder = join(folder, 'media');
    const env = await TestEnvironment.start(
      {
        SIGNATURE_TRUSTED_CA_FILE: trusted,
        MEDIA_STORAGE_DIRECTORY: mediaFolder,
        SIGN_UP_REQUESTS_PER_MINUTE: '1000000',
        SIGNATURE_SECONDS_PER_MINUTE: '100000',
        // Ten at once wait for one thread, and nobody is refused because the machine is slow.
        SIGNATURE_TIMEOUT_MS: '60000',
        ...environment,
      },
      clock,
    );
    return new SignUpFixture(env, authority, mediaFolder, folder, clock);
  }

  /** A person and the user; further facts of the person are set with `change`. */
  async applicant(
    change: (person: PersonBuilder) => PersonBuilder = (person) => person,
  ): Promise<MadeUpApplicant> {
    const drfo = this.nextDrfo();
    const phone = { phoneNumber: '+380501234567' };
    const person = aPerson()
      .named('Верболоз', 'Зоряна', 'Любомирівна')
      .withAuthenticationMethod('OTP', phone);
    const personId = await change(person).save(this.env.sql);
    const userId = await aUser().ofPerson(personId).withTaxId(drfo).save(this.env.sql);
    return { personId, userId, drfo };
  }

  /** A number that no other applicant of this fixture has. */
  nextDrfo(): string {
    this.numbers += 1;
    return String(this.numbers);
  }

  /** What an applicant signs for a child of five. */
  contentBy({ personId }: Pick<MadeUpApplicant, 'personId'>): SignUpContentBuilder {
    return aSignUpContent(this.clock()).confidant(personId);
  }

  /** Really signed. */
  sign(
    content: SignUpContent | SignUpContentBuilder | string | Uint8Array,
    by: Partial<MadeUpSignature> & Pick<MadeUpSignature, 'drfo'>,
    departures: Defects = {},
  ): SignUpBody {
    const signedAt = by.signedAt ?? new Date(this.clock().getTime() - SIGNED_BEFORE_MS);
    const container = this.authority.sign(bytesOf(content), { ...by, signedAt }, departures);
    return { signed_content: container.toString('base64'), signed_content_encoding: 'base64' };
  }

  validate(body: unknown, program: RunningProgram = this.env.program): Promise<Answer> {
    return post(program, 'sign-up_validation', body);
  }

  register(body: unknown, program: RunningProgram = this.env.program): Promise<Answer> {
    return post(program, 'register', body);
  }

  /** Both steps; the first must go well. */
  async signUp(signed: SignUpBody, program: RunningProgram = this.env.program): Promise<Answer> {
    return this.register({ ...signed, jwt: await this.sessionOf(signed, program) }, program);
  }

  /** The token of the first step. */
  async sessionOf(signed: SignUpBody, program: RunningProgram = this.env.program): Promise<string> {
    const { status, body } = await this.validate(signed, program);
    const token = body.data?.['token'];
    if (status !== 200 || typeof token !== 'string')
      throw new Error(`The first step was answered with ${status}: ${body.error?.message ?? ''}.`);
    return token;
  }

  async stop(): Promise<void> {
    await this.env.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function bytesOf(content: SignUpContent | SignUpContentBuilder | string | Uint8Array): Uint8Array | string {
  if (typeof content === 'string' || content instanceof Uint8Array) return content;
  return 'bytes' in content ? content.bytes() : JSON.stringify(content);
}

async function post(program: RunningProgram, call: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${program.addresses.publicUrl ?? ''}/api/pis/confidant/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

/** What step 2 answers when all went well. */
export interface Registered {
  readonly person: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly user: { readonly id: string; readonly tax_id: string };
  readonly access_token: string;
}

/** The answer of a registration that must have gone well. */
export function registeredBy({ status, body }: Answer): Registered {
  expect(body.error).toBeUndefined();
  expect(status).toBe(201);
  return body.data as unknown as Registered;
}

/** A refusal as it is reported; fields only where fields are at fault. */
export interface ReportedRefusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly fields?: readonly (readonly [entry: string, rule: string, description: string])[];
}

/** Everything a registration writes to. */
const COUNT = `
  SELECT (SELECT count(*) FROM mpi.persons) AS persons,
         (SELECT count(*) FROM mpi.person_verifications) AS verifications,
         (SELECT count(*) FROM mpi.confidant_person_relationships) AS relationships,
         (SELECT count(*) FROM mpi.person_authentication_methods) AS methods,
         (SELECT count(*) FROM mpi.sign_ups) AS sign_ups,
         (SELECT count(*) FROM mpi.media_uploads) AS media_uploads,
         (SELECT count(*) FROM mpi.status_change_events) AS events,
         (SELECT count(*) FROM mpi.audit_log) AS audit_rows,
         (SELECT count(*) FROM mithril.users) AS users,
         (SELECT count(*) FROM mithril.tokens) AS tokens`;

/** How many rows and objects there are. */
export async function rowCountsOf({ env, mediaFolder }: SignUpFixture): Promise<Record<string, unknown>> {
  const [counts] = await (env.sql as Sql).query({ text: COUNT });
  return { ...counts, objects: filesIn(mediaFolder).length };
}

/** The refusal of an answer; of another answer, its status. */
export function refusalIn({ status, body }: Answer): ReportedRefusal | { readonly status: number } {
  if (body.error === undefined) return { status };
  const { type, message, invalid } = body.error;
  const fields = invalid?.flatMap(({ entry, rules }) =>
    rules.map(({ rule, description }) => [entry, rule, description] as const),
  );
  return { status, type, message, ...(fields === undefined ? {} : { fields }) };
}

/** Calls that are to be refused. After each test it is looked whether one of them has left something behind. */
export class RefusedCalls {
  private readonly traces: { readonly before: unknown; readonly after: unknown }[] = [];

  constructor(private readonly fixture: () => SignUpFixture) {
    afterEach(() => {
      for (const { before, after } of this.traces.splice(0)) expect(after).toEqual(before);
    });
  }

  async run(call: () => Promise<Answer>): Promise<ReportedRefusal | { readonly status: number }> {
    const before = await rowCountsOf(this.fixture());
    const answer = await call();
    this.traces.push({ before, after: await rowCountsOf(this.fixture()) });
    return refusalIn(answer);
  }
}

/** Programs that are started with it take the sessions made here for their own. */
export const SESSION_SECRET = 'test-only-secret-of-sessions-0017';

export const SESSION_KEY = new TextEncoder().encode(SESSION_SECRET);

/** The claims of a session as step 1 would give it now. */
export function sessionClaims(signedContent: string, now: Date = new Date()): Record<string, unknown> {
  const seconds = Math.floor(now.getTime() / 1000);
  const hash = createHash('md5').update(signedContent).digest('hex');
  return { iss: 'EHealth', aud: 'pis-registration', iat: seconds, exp: seconds + 600, content_hash: hash };
}

/** A session with these claims. */
export function sessionJwt(
  claims: Readonly<Record<string, unknown>>,
  key: Uint8Array = SESSION_KEY,
  alg = 'HS256',
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}
