import { noRepository } from '../support/sql-session';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from '../../src/database/transactions';
import { TestAuthority } from '../../tools/test-authority';
import { aPerson } from '../support/person-builder';
import { aUser } from '../support/builders';
import { aSignUpContent } from '../support/sign-up-content';
import type { DrillDatabase } from './database';
import type { Opened } from './environment';
import type { SeededRandom } from './seeded-random';

const APPLICANTS = 12;
const LANES = 4;
const ANSWERED_WITHIN_MS = 30_000;
/** A minute ago, so that neither the signer's clock nor the server's is ahead. */
const SIGNED_BEFORE_MS = 60_000;

/** One child who is signed up, and how that went so far. */
export interface SignUp {
  /** Of the certificate of birth; nobody else has it. */
  readonly number: string;
  readonly container: Buffer;
  /** Ids of persons that HTTP servers have answered with. */
  readonly answeredIds: string[];
  /** How often it was tried, from the first call on. */
  tries: number;
  /** How often the second call was sent, and how often nobody knows what became of it. */
  sent: number;
  unanswered: number;
  /** Statuses of answers that were no registration. */
  readonly refusals: number[];
  /** The longest that one of its calls took. */
  slowestMs: number;
}

interface Applicant {
  readonly personId: string;
  readonly drfo: string;
}

/** People who sign up children, with signatures that the HTTP servers of a drill trust. */
export class SignUpClient {
  readonly servers = new Set<Opened>();
  readonly signUps: SignUp[] = [];

  private constructor(
    private readonly folder: string,
    private readonly authority: TestAuthority,
    private readonly applicants: readonly Applicant[],
    private readonly random: SeededRandom,
  ) {}

  static async open(database: DrillDatabase, random: SeededRandom): Promise<SignUpClient> {
    const sql: Sql = { query: ({ text }, values) => database.write(text, values), repository: noRepository };
    const applicants: Applicant[] = [];
    for (let n = 0; n < APPLICANTS; n += 1) {
      const drfo = String(3_000_000_001 + n);
      const phone = { phoneNumber: '+380501234567' };
      const personId = await aPerson().withAuthenticationMethod('OTP', phone).save(sql);
      await aUser().ofPerson(personId).withTaxId(drfo).save(sql);
      applicants.push({ personId, drfo });
    }
    const folder = mkdtempSync(join(tmpdir(), 'drill-sign-up-'));
    const authority = TestAuthority.make({ nodeEnv: 'test' });
    const client = new SignUpClient(folder, authority, applicants, random);
    writeFileSync(client.trustedFile, authority.trustedPem);
    return client;
  }

  /** The settings of every HTTP server and worker. */
  get settings(): Readonly<Record<string, string>> {
    return {
      SIGNATURE_TRUSTED_CA_FILE: this.trustedFile,
      MEDIA_STORAGE_DIRECTORY: this.mediaFolder,
      MEDIA_STORAGE_TIMEOUT_MS: '2000',
      // The shortest there is: the orphan clean-up runs four times in it.
      MEDIA_ORPHAN_MINUTES: '1',
      SIGN_UP_REQUESTS_PER_MINUTE: '1000000',
      SIGNATURE_SECONDS_PER_MINUTE: '100000',
      PIS_SESSION_SECRET: 'a-secret-that-all-servers-of-a-drill-share',
    };
  }

  get mediaFolder(): string {
    return join(this.folder, 'media');
  }

  /** So many children more, each signed once. */
  sign(children: number): SignUp[] {
    const fresh = Array.from({ length: children }, (_, n) => this.child(this.signUps.length + n));
    this.signUps.push(...fresh);
    return fresh;
  }

  /** Both calls for each of them, a few at once. Nothing is sent twice by itself. */
  async send(signUps: readonly SignUp[]): Promise<void> {
    const todo = [...signUps].reverse();
    const lane = async (): Promise<void> => {
      for (let next = todo.pop(); next !== undefined; next = todo.pop()) await this.signUp(next);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get trustedFile(): string {
    return join(this.folder, 'ca.pem');
  }

  private child(n: number): SignUp {
    const { personId, drfo } = this.random.pick(this.applicants);
    const number = `І-ЯЩ№${String(100_000 + n)}`;
    const content = aSignUpContent(new Date())
      .born(this.birthDay())
      .named(this.name(), this.name(), this.name())
      .withPhones({ type: 'MOBILE', number: `+38050${String(1_000_000 + this.random.below(8_999_999))}` })
      .withOnlyDocument('BIRTH_CERTIFICATE', number)
      .confidant(personId);
    const signedAt = new Date(Date.now() - SIGNED_BEFORE_MS);
    const container = this.authority.sign(content.bytes(), { drfo, signedAt });
    return {
      number,
      container,
      answeredIds: [],
      tries: 0,
      sent: 0,
      unanswered: 0,
      refusals: [],
      slowestMs: 0,
    };
  }

  /** Between one and twelve years ago: a child for whom nothing depends on the age. */
  private birthDay(): string {
    const daysAgo = 400 + this.random.below(4_000);
    return new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  }

  /** Names of four syllables are never alike by chance. */
  private name(): string {
    const syllables = Array.from(
      { length: 4 },
      () => this.random.pick(CONSONANTS) + this.random.pick(VOWELS),
    );
    const name = syllables.join('');
    return name.slice(0, 1).toUpperCase() + name.slice(1);
  }

  private async signUp(one: SignUp): Promise<void> {
    one.tries += 1;
    const signed = {
      signed_content: one.container.toString('base64'),
      signed_content_encoding: 'base64',
    };
    const validated = await this.post(one, 'sign-up_validation', signed);
    const jwt = validated?.data?.['token'];
    if (typeof jwt === 'string') await this.register(one, { ...signed, jwt });
    else if (validated !== undefined) one.refusals.push(validated.status);
  }

  private async register(one: SignUp, body: object): Promise<void> {
    one.sent += 1;
    const registered = await this.post(one, 'register', body);
    const person = registered?.data?.['person'] as { id?: string } | undefined;
    if (registered === undefined) one.unanswered += 1;
    else if (registered.status === 201 && person?.id !== undefined) one.answeredIds.push(person.id);
    else one.refusals.push(registered.status);
  }

  /** Nothing when there was no answer. */
  private async post(one: SignUp, call: string, body: object): Promise<Answer | undefined> {
    while (this.servers.size === 0) await pause(20);
    const { publicUrl } = this.random.pick([...this.servers]);
    const sentAtMs = performance.now();
    try {
      const answer = await fetch(`${publicUrl}/api/pis/confidant/${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': addressOf(one) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      const { data } = (await answer.json()) as Pick<Answer, 'data'>;
      return { status: answer.status, data };
    } catch {
      return undefined;
    } finally {
      one.slowestMs = Math.max(one.slowestMs, performance.now() - sentAtMs);
    }
  }
}

/** Each child is signed up from an address of its own, as far as a server believes its proxy. */
const addressOf = ({ number }: SignUp): string => `2001:db8:${number.slice(-6, -3)}:${number.slice(-3)}::1`;

interface Answer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

const CONSONANTS = [...'бвгджзклмнпрстфхцч'];
const VOWELS = [...'аеиіоу'];
