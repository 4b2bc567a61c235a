import { DemoFailed } from '../clean-up';

/** The body of both calls. */
export interface SignedBody {
  readonly signed_content: string;
  readonly signed_content_encoding: 'base64';
}

/** A person in the answers, as far as it is shown. */
interface AnsweredPerson {
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name?: string;
  readonly documents: readonly { readonly type: string; readonly number: string }[];
}

export interface Validated {
  readonly person: AnsweredPerson;
  readonly token: string;
}

export interface Registered {
  readonly person: AnsweredPerson & { readonly id: string };
  readonly user: { readonly id: string; readonly tax_id: string };
  readonly access_token: string;
  readonly access: string;
}

interface Envelope {
  readonly data?: unknown;
  readonly error?: { readonly message?: string };
}

/** A sign-up takes a fraction of a second; later there is no answer to expect. */
const ANSWER_WITHIN_MS = 30_000;

/** The two calls of a sign-up, over HTTP. */
export class SignUpClient {
  constructor(private readonly publicUrl: string) {}

  /** Step 1. */
  async validate(signed: SignedBody): Promise<Validated> {
    return (await this.post('sign-up_validation', signed, 200)) as Validated;
  }

  /** Step 2. */
  async register(signed: SignedBody, jwt: string): Promise<Registered> {
    return (await this.post('register', { ...signed, jwt }, 201)) as Registered;
  }

  private async post(call: string, body: object, status: number): Promise<unknown> {
    const answer = await fetch(`${this.publicUrl}/api/pis/confidant/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch(() => undefined);
    if (answer === undefined) throw new DemoFailed(`${call} was not answered.`);
    const { data, error } = (await answer.json()) as Envelope;
    if (answer.status === status) return data;
    throw new DemoFailed(`${call} was answered with ${answer.status}: ${error?.message ?? 'no reason'}`);
  }
}
