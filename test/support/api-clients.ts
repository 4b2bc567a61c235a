import { aCaller, type CallerBuilder } from './builders';
import { OFFICIAL } from './registrations';
import type { TestEnvironment } from './test-environment';
import type { Program } from './program';
import type { CheckRequestRow } from '../../src/verifications/check-request.repository';
import { waitUntil } from './wait-until';

/** A program as its callers see it, in this process or in one of its own. */
type RunningProgram = Pick<Program, 'addresses'>;

/** Calls of one official of the health service, who may all that officials may do about verification. */
export class OfficialClient {
  private constructor(
    private readonly program: RunningProgram,
    private readonly token: string,
  ) {}

  /** At the program that was started first. */
  static async of(env: TestEnvironment): Promise<OfficialClient> {
    const scope = 'person_verification:read person:read person:verify';
    return new OfficialClient(
      env.program,
      await aCaller().withUserId(OFFICIAL).withScope(scope).save(env.sql),
    );
  }

  /** The same official at another program. */
  at(program: RunningProgram): OfficialClient {
    return new OfficialClient(program, this.token);
  }

  get(path: string) {
    return this.send('GET', path);
  }

  patch(path: string, body?: unknown) {
    return this.send('PATCH', path, body);
  }

  post(path: string, body?: unknown) {
    return this.send('POST', path, body);
  }

  private async send(method: string, path: string, body?: unknown) {
    const answer = await fetch((this.program.addresses.publicUrl ?? '') + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
  }
}

/** A check as the program returns it: times are texts. */
export type CheckBody = { readonly [Field in keyof CheckRequestRow]: CheckRequestRow[Field] | string | null };

/** An official who has persons checked at once, and reads the outcome. */
export class CheckRequestClient {
  private constructor(
    private readonly env: TestEnvironment,
    readonly calls: OfficialClient,
  ) {}

  /** At the program that was started first. */
  static async open(env: TestEnvironment): Promise<CheckRequestClient> {
    return new CheckRequestClient(env, await OfficialClient.of(env));
  }

  /** The same official at another program. */
  at(program: Pick<Program, 'addresses'>): CheckRequestClient {
    return new CheckRequestClient(this.env, this.calls.at(program));
  }

  /** Row S10, with `run` unless something else is asked for. */
  ask(personId: string, stream = 'dms_passport', more: object = { run: true }) {
    const asked = { status: 'VERIFICATION_NEEDED', ...more };
    return this.calls.patch(`/api/admin/persons/${personId}/verification/${stream}`, asked);
  }

  look(personId: string, stream = 'dms_passport') {
    return this.calls.get(`/api/admin/persons/${personId}/verification/${stream}/check`);
  }

  /** Waits until the check has this state, and returns it. */
  async seen(personId: string, state: string): Promise<CheckBody> {
    return waitUntil(
      async () => {
        const { body } = await this.look(personId);
        return body.data?.state === state && (body.data as CheckBody);
      },
      { what: `the check to be ${state}` },
    );
  }

  /** What a worker wrote about requests, once it has looked at them all. */
  async settled(): Promise<{ ended_as: string; error_kind: string | null }[]> {
    return waitUntil(
      async () => {
        const text = 'SELECT ended_as, error_kind FROM mpi.check_requests ORDER BY requested_at';
        const rows = await this.env.sql.query<{ ended_as: string; error_kind: string | null }>({ text });
        return rows.every(({ ended_as }) => (ended_as as string | null) !== null) && rows;
      },
      { what: 'all requests to be over' },
    );
  }
}

/** A row of `mimir.unzr_info` as the database has it. */
export interface UnzrInfoRecord extends Record<string, unknown> {
  readonly id: string;
  readonly job_status: string;
  readonly info: Readonly<Record<string, unknown>> | null;
  readonly synced_at: Date | null;
  readonly updated_at: Date;
  readonly claim_id: string | null;
}

interface AuditRow extends Record<string, unknown> {
  readonly actor_id: string;
  readonly resource_id: string;
  readonly changeset: Readonly<Record<string, unknown>>;
  readonly message_id: string | null;
}

/** An employee who asks what the register holds under a UNZR, and the result. */
export class UnzrInfoClient {
  private token = '';

  constructor(
    private readonly env: TestEnvironment,
    /** The program that is called; by default the one that was started first. */
    private readonly program?: RunningProgram,
  ) {}

  /** From now on this caller asks. */
  async authenticate(caller: CallerBuilder): Promise<void> {
    this.token = await caller.save(this.env.sql);
  }

  sync(unzr: string) {
    return this.post({ unzr });
  }

  post(body: object) {
    return this.call('/sync', { method: 'POST', body: JSON.stringify(body) });
  }

  read(unzr: string) {
    return this.get(`?${new URLSearchParams({ unzr }).toString()}`);
  }

  get(query: string) {
    return this.call(query, {});
  }

  async row(unzr: string): Promise<UnzrInfoRecord> {
    const text = 'SELECT * FROM mimir.unzr_info WHERE unzr = $1';
    const [row] = await this.env.sql.query<UnzrInfoRecord>({ text }, [unzr]);
    if (row === undefined) throw new Error('The question was never asked.');
    return row;
  }

  /** Waits until the question has ended in this way. */
  ended(unzr: string, status: 'processed' | 'failed'): Promise<UnzrInfoRecord> {
    return waitUntil(
      async () => {
        const row = await this.row(unzr);
        return row.job_status === status && row;
      },
      { what: `the question to be ${status}` },
    );
  }

  /** A question without a wake-up; after so many calls it looks like one of a dead worker. */
  async pendingRow(unzr: string, nextTryAt: string, tries = 0): Promise<void> {
    const text = `
      INSERT INTO mimir.unzr_info (unzr, job_status, inserted_by, updated_by, tries, claim_id, next_try_at)
      VALUES ($1, 'pending', gen_random_uuid(), gen_random_uuid(), $2::smallint,
              CASE WHEN $2::smallint > 0 THEN gen_random_uuid() END, ${nextTryAt})`;
    await this.env.sql.query({ text }, [unzr, tries]);
  }

  audit(): Promise<AuditRow[]> {
    const text = `SELECT * FROM mpi.audit_log WHERE resource = 'unzr_info' ORDER BY inserted_at`;
    return this.env.sql.query<AuditRow>({ text });
  }

  private async call(path: string, request: RequestInit) {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const { publicUrl } = (this.program ?? this.env.program).addresses;
    const url = `${publicUrl}/api/admin/unzr_info${path}`;
    const answer = await fetch(url, { ...request, headers });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }
}

/** An error as GraphQL returns it. */
export interface GraphqlErrorBody {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: {
    readonly code: string;
    readonly exception?: {
      readonly inputErrors?: readonly { readonly message: string; readonly path: readonly string[] }[];
      readonly missingAllowances?: readonly string[];
    };
  };
}

/** A good answer, as far as tests look into it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

/** Somebody who asks by GraphQL. */
export class GraphqlClient {
  private token: string | undefined;

  constructor(
    private readonly env: TestEnvironment,
    private readonly program: Pick<Program, 'addresses'> = env.program,
  ) {}

  /** From now on this caller asks. */
  async authenticate(caller: CallerBuilder): Promise<this> {
    this.token = await caller.save(this.env.sql);
    return this;
  }

  /** The same caller at another program. */
  at(program: Pick<Program, 'addresses'>): GraphqlClient {
    const client = new GraphqlClient(this.env, program);
    client.token = this.token;
    return client;
  }

  ask(query: string, variables?: object) {
    return this.send(JSON.stringify({ query, variables }));
  }

  /** The only error of an operation, field faults as pairs. */
  async refused(query: string, variables?: object): Promise<unknown[]> {
    const { status, body } = await this.ask(query, variables);
    const [error, ...more] = body.errors ?? [];
    const faults = error?.extensions.exception?.inputErrors ?? [];
    return [
      status,
      error?.extensions.code,
      error?.message,
      ...faults.map(({ path, message }) => `${path.join('.')}: ${message}`),
      ...more,
    ];
  }

  async send(body: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await fetch(`${this.program.addresses.publicUrl}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body,
    });
    const text = await answer.text();
    const reported = JSON.parse(text) as {
      data?: Data;
      errors?: readonly GraphqlErrorBody[];
      [part: string]: Data;
    };
    return { status: answer.status, headers: answer.headers, text, body: reported };
  }
}
