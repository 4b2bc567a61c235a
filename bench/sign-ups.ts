import type { Client } from 'pg';
import { SignUpSession } from '../src/persons/sign-up/sign-up-session';
import { TestAuthority } from '../tools/test-authority';
import { aSignUpContent } from '../test/support/sign-up-content';

/** Somebody of the world who may sign a child up. */
export interface Applicant {
  /** No other applicant has it. */
  readonly index: number;
  readonly personId: string;
  readonly drfo: string;
}

/** A registration that was signed and validated, ready to be sent. */
export interface ReadySignUp {
  readonly container: Buffer;
  /** The body of the second call. */
  readonly body: string;
  /** Where it is sent from, for a server that trusts a proxy: every applicant has an address of their own. */
  readonly address: string;
}

/** Shared with the API process, so that it accepts a session it did not issue. */
export const SESSION = {
  PIS_SESSION_SECRET: 'of-a-benchmark-and-nothing-else-0',
  PIS_SESSION_TTL_SECONDS: 3_600,
} as const;

/** Nothing here takes so long; signer and API process share one clock. */
const SIGNED_BEFORE_MS = 1_000;

/** Children of one family name are born on some of these days each; the oldest is twelve. */
const BIRTHDAYS = 12 * 365;
const DAY_MS = 86_400_000;

/** Gives everybody in the world a phone and a user, as most people have. Tax numbers identify them. */
export async function makeApplicants(client: Client): Promise<void> {
  await client.query(`
    INSERT INTO mpi.person_authentication_methods (person_id, type, phone_number, started_at, is_active)
    SELECT id, 'OTP', '+380501234567', now(), true FROM mpi.persons`);
  await client.query(`
    INSERT INTO mithril.users (person_id, tax_id, is_active, is_blocked)
    SELECT id, (3000000000 + row_number() OVER ())::text, true, false FROM mpi.persons`);
  await client.query(`VACUUM (ANALYZE) mpi.person_authentication_methods, mithril.users`);
}

/** Signs as applicants would, for children of whom each is another one. */
export class SignUps {
  private readonly session = new SignUpSession(SESSION);

  constructor(readonly authority: TestAuthority) {}

  static async applicants(client: Client, n: number): Promise<Applicant[]> {
    const { rows } = await client.query<{ person_id: string; tax_id: string }>(
      `SELECT person_id, tax_id FROM mithril.users ORDER BY tax_id LIMIT $1`,
      [n],
    );
    return rows.map((row, index) => ({ index, personId: row.person_id, drfo: row.tax_id }));
  }

  async ready({ index, personId, drfo }: Applicant): Promise<ReadySignUp> {
    const now = new Date();
    const birthDate = new Date(now.getTime() - (1 + (index % BIRTHDAYS)) * DAY_MS).toISOString().slice(0, 10);
    const content = aSignUpContent(now)
      .born(birthDate)
      .withOnlyDocument('BIRTH_CERTIFICATE', `І-ЯЩ№${String(index).padStart(6, '0')}`)
      .confidant(personId);
    const signedAt = new Date(now.getTime() - SIGNED_BEFORE_MS);
    const container = this.authority.sign(content.bytes(), { drfo, signedAt });
    const signedContent = container.toString('base64');
    const jwt = await this.session.issue({ signedContent, now });
    const body = { signed_content: signedContent, signed_content_encoding: 'base64', jwt };
    const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    return { container, body: JSON.stringify(body), address };
  }
}
