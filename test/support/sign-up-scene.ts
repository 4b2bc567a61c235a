import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignUpContent } from '../../src/domain/person/person-request';
import { type Departures, type MadeUpSignature, TestAuthority } from '../../tools/test-authority';
import { aPerson, aUser, type PersonBuilder } from './builders';
import { Installation } from './installation';
import type { Program } from './program';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';

type Environment = Readonly<Record<string, string>>;

/** Somebody who may sign a child up: a person with a phone of his own, and his user. */
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
export type Door = Pick<Program, 'addresses'>;

/** A body of either call, as it is sent. */
export interface SignUpBody {
  readonly signed_content: string;
  readonly signed_content_encoding: string;
}

/** A minute ago, so that neither the signer's clock nor the door's is ahead. */
const SIGNED_BEFORE_MS = 60_000;

/** An installation that trusts a test authority, and people who sign up and are signed up there. */
export class SignUpScene {
  private numbers = 3_000_000_000;

  private constructor(
    readonly here: Installation,
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
  ): Promise<SignUpScene> {
    const folder = mkdtempSync(join(tmpdir(), 'sign-up-'));
    const authority = TestAuthority.make({ nodeEnv: 'test' });
    const trusted = join(folder, 'ca.pem');
    writeFileSync(trusted, authority.trustedPem);
    const mediaFolder = join(folder, 'media');
    const here = await Installation.start(
      {
        SIGNATURE_TRUSTED_CA_FILE: trusted,
        MEDIA_STORAGE_DIRECTORY: mediaFolder,
        SIGN_UP_REQUESTS_PER_MINUTE: '1000000',
        ...environment,
      },
      clock,
    );
    return new SignUpScene(here, authority, mediaFolder, folder, clock);
  }

  /** A person and his user; what else is said of the person is said with `change`. */
  async applicant(
    change: (person: PersonBuilder) => PersonBuilder = (person) => person,
  ): Promise<MadeUpApplicant> {
    const drfo = this.nextDrfo();
    const phone = { phoneNumber: '+380501234567' };
    const person = aPerson()
      .named('Верболоз', 'Зоряна', 'Любомирівна')
      .withAuthenticationMethod('OTP', phone);
    const personId = await change(person).save(this.here.sql);
    const userId = await aUser().ofPerson(personId).withTaxId(drfo).save(this.here.sql);
    return { personId, userId, drfo };
  }

  /** A number that no other applicant of this scene has. */
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
    departures: Departures = {},
  ): SignUpBody {
    const signedAt = by.signedAt ?? new Date(this.clock().getTime() - SIGNED_BEFORE_MS);
    const container = this.authority.sign(bytesOf(content), { ...by, signedAt }, departures);
    return { signed_content: container.toString('base64'), signed_content_encoding: 'base64' };
  }

  validate(body: unknown, program: Door = this.here.program): Promise<Answer> {
    return post(program, 'sign-up_validation', body);
  }

  register(body: unknown, program: Door = this.here.program): Promise<Answer> {
    return post(program, 'register', body);
  }

  /** Both steps; the first must go well. */
  async signUp(signed: SignUpBody, program: Door = this.here.program): Promise<Answer> {
    return this.register({ ...signed, jwt: await this.sessionOf(signed, program) }, program);
  }

  /** The token of the first step. */
  async sessionOf(signed: SignUpBody, program: Door = this.here.program): Promise<string> {
    const { status, body } = await this.validate(signed, program);
    const token = body.data?.['token'];
    if (status !== 200 || typeof token !== 'string')
      throw new Error(`The first step was answered with ${status}: ${body.error?.message ?? ''}.`);
    return token;
  }

  async stop(): Promise<void> {
    await this.here.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function bytesOf(content: SignUpContent | SignUpContentBuilder | string | Uint8Array): Uint8Array | string {
  if (typeof content === 'string' || content instanceof Uint8Array) return content;
  return 'bytes' in content ? content.bytes() : JSON.stringify(content);
}

async function post(program: Door, call: string, body: unknown): Promise<Answer> {
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
