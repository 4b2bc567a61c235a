import { SCOPES } from '../../src/domain/access/access.rules';
import { aCaller, aPerson, aRelationship } from './builders';
import { UNZR } from './guarded-calls';
import { TestEnvironment, JOB } from './test-environment';
import { Program } from './program';
import { writtenRowsIn } from './database';
import { expect } from 'vitest';
import { MARKERS } from './hostile-values';
import type { RawAnswer } from './http-client';

/** What good requests are made with. */
export interface Known {
  /** Of somebody who may do everything. */
  readonly token: string;
  /** Of everything there is. */
  readonly ids: readonly string[];
}

/** Many of each, so that a move is not always one that was made already. */
const PEOPLE = 16;

/**
 * An HTTP server for any request, with some data behind it. It has no worker: whatever is written, a request
 * has written it.
 */
export class FuzzFixture {
  private constructor(
    private readonly env: TestEnvironment,
    readonly program: Program,
    readonly known: Known,
    /** Differs whenever something was written in between. */
    readonly writtenRows: () => Promise<string>,
    /** Makes the token valid again after a call that revoked it. */
    readonly renewToken: () => Promise<void>,
  ) {}

  static async start(): Promise<FuzzFixture> {
    const env = await TestEnvironment.start({
      SIGN_UP_REQUESTS_PER_MINUTE: '1000000',
      SIGNATURE_SECONDS_PER_MINUTE: '100000',
      SIGNATURE_TIMEOUT_MS: '60000',
    });
    await env.stopProgram(env.program);
    const program = await Program.start({ ...env.servers, works: false });
    const token = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    const ids = [...(await peopleAndRelationships(env)), await pastRun(env)];
    await pastQuestion(env);
    const renewToken = await renewalOf(env.sql);
    return new FuzzFixture(env, program, { token, ids }, await writtenRowsIn(env.sql), renewToken);
  }

  get url(): string {
    return this.program.addresses.publicUrl ?? '';
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await this.env.stop();
  }
}

/** Inserts the only token again. */
async function renewalOf(sql: TestEnvironment['sql']): Promise<() => Promise<void>> {
  const [token] = await sql.query({ text: 'SELECT to_jsonb(t) AS row FROM mithril.tokens t' });
  const text = `
    INSERT INTO mithril.tokens SELECT * FROM jsonb_populate_record(NULL::mithril.tokens, $1::jsonb)
    ON CONFLICT DO NOTHING`;
  return async () => void (await sql.query({ text }, [JSON.stringify(token?.['row'])]));
}

/** Persons whom an official has taken, and persons who wait for one. */
async function peopleAndRelationships({ sql }: TestEnvironment): Promise<string[]> {
  const ids: string[] = [];
  for (let each = 0; each < PEOPLE; each += 1) {
    const isInWork = each % 2 === 0;
    const person = isInWork
      ? aPerson().stream('nhs', 'IN_REVIEW', 'MANUAL')
      : aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED');
    const personId = await person.save(sql);
    const relationship = aRelationship().of(personId);
    ids.push(
      personId,
      await (isInWork ? relationship.status('IN_REVIEW', 'MANUAL') : relationship).save(sql),
    );
  }
  return ids;
}

async function pastRun({ sql }: TestEnvironment): Promise<string> {
  const text = `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ($1, 'FINISHED', now(), now()) RETURNING id`;
  const [run] = await sql.query<{ id: string }>({ text }, [JOB]);
  return run?.id ?? '';
}

async function pastQuestion({ sql }: TestEnvironment): Promise<void> {
  const text = `INSERT INTO mimir.unzr_info (unzr, job_status, inserted_by, updated_by) VALUES ($1, 'failed', $2, $2)`;
  await sql.query({ text }, [UNZR, '11111111-1111-4111-8111-111111111111']);
}

/** The published types of errors by status. */
const TYPES: Readonly<Record<number, readonly string[]>> = {
  400: ['request_malformed'],
  401: ['access_denied'],
  403: ['forbidden'],
  404: ['not_found'],
  409: ['request_conflict'],
  413: ['request_too_large'],
  415: ['content_type_invalid'],
  422: ['validation_failed', 'request_malformed'],
  429: ['too_many_requests'],
};

/** Words of the program below the calls: of its database, its libraries and its own source. */
const INNER_WORDS =
  /\bSELECT\b|INSERT INTO|syntax error|relation "|invalid input syntax|\bpg_|postgres|typeorm|QueryFailed|node_modules|\.[jt]s:\d|\bat [\w.]+ \(|TypeError|RangeError|ZodError|Unexpected token|ECONN|\b(?:mpi|mimir|prm|mithril)\.[a-z_]+/;

/** A text leaks no internals, and repeats no personal data. */
export function expectNoInternals(text: string): void {
  expect(INNER_WORDS.exec(text)?.[0]).toBeUndefined();
  for (const marker of MARKERS) expect(text.includes(marker), 'a marker was revealed').toBe(false);
}

interface ErrorBody {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly error: { readonly type: string; readonly message: string; readonly invalid?: readonly unknown[] };
}

/** A refusal in its envelope. */
export function expectWellFormedRefusal({ status, headers, text }: RawAnswer): void {
  expectNoInternals(text);
  expect(headers['content-type']).toMatch(/^application\/json/);
  const { meta, error, ...more } = JSON.parse(text) as ErrorBody;
  expect(more).toEqual({});
  expect(meta).toEqual({
    code: status,
    url: expect.stringMatching(/^\/[^?]*$/) as unknown,
    type: 'object',
    request_id: headers['x-request-id'],
  });
  expect(meta['request_id']).toMatch(/^[\w.:-]{8,128}$/);
  expect(TYPES[status]).toContain(error.type);
  expect(error.message).toMatch(/\S/);
  expect(Object.keys(error).sort()).toEqual(
    error.type === 'validation_failed' ? ['invalid', 'message', 'type'] : ['message', 'type'],
  );
  for (const fault of error.invalid ?? [])
    expect(fault).toEqual({
      entry: expect.stringMatching(/^\$/) as unknown,
      entry_type: 'json_data_property',
      rules: expect.arrayContaining([
        {
          rule: expect.stringMatching(
            /^(?:required|schema|cast|format|inclusion|length|invalid)$/,
          ) as unknown,
          description: expect.stringMatching(/\S/) as unknown,
          params: expect.any(Array) as unknown,
        },
      ]) as unknown,
    });
}

/** The published codes but the one of our own troubles. */
const CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNPROCESSABLE_ENTITY',
  'CONFLICT',
  'NOT_FOUND',
  'BAD_REQUEST',
];

interface OperationAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly exception?: unknown };
  }[];
}

/** What GraphQL answers: data, or errors with a code of the closed list. */
export function expectWellFormedOperationAnswer({ text }: RawAnswer): { readonly hasData: boolean } {
  const { data, errors = [] } = JSON.parse(text) as OperationAnswer;
  expectNoInternals(JSON.stringify(errors));
  for (const { message, extensions, ...more } of errors) {
    expect(message).toMatch(/\S/);
    expect(CODES).toContain(extensions.code);
    expect(['locations', 'path']).toEqual(expect.arrayContaining(Object.keys(more)));
    expect(['code', 'exception']).toEqual(expect.arrayContaining(Object.keys(extensions)));
  }
  if (data === undefined) expect(errors.length).toBeGreaterThan(0);
  return { hasData: Object.values(data ?? {}).some((value) => value !== null) };
}
