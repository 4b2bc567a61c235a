import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/observability';
import {
  type Defects,
  type WantedAnswer,
  writeBasicResponse,
  writeResponse,
} from '../../tools/test-authority';
import type { Program } from '../support/program';
import { RefusedCalls, registeredBy, SignUpFixture, type SignUpBody } from '../support/sign-up-fixture';
import { StatusServer } from '../support/status-server';

let server: StatusServer;
let fixture: SignUpFixture;
/** A program with SIGNATURE_REVOCATION=hard beside the one with the default. */
let hard: Program;

beforeAll(async () => {
  server = await StatusServer.start();
  fixture = await SignUpFixture.start({
    SIGNATURE_REVOCATION_HOSTS: server.host,
    // Every answer here comes; the one that does not is the subject of the tests of the client.
    SIGNATURE_REVOCATION_TIMEOUT_MS: '30000',
  });
  hard = await fixture.env.startProgram({ SIGNATURE_REVOCATION: 'hard' });
});

afterAll(async () => {
  await fixture.stop();
  await server.stop();
});

const refused = new RefusedCalls(() => fixture);
const MINUTE_MS = 60_000;
const minutesFromNow = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE_MS);

/** A request by somebody new, whose certificate names the server. */
async function signedBySomebody(defects: Defects = {}): Promise<SignUpBody> {
  const applicant = await fixture.applicant();
  const certificate = { ocspUrl: server.url };
  return fixture.sign(fixture.contentBy(applicant), applicant, { certificate, ...defects });
}

/** The server answers about the signer of this request. */
function answerAbout({ signed_content }: SignUpBody, wanted: Partial<WantedAnswer> = {}): void {
  const { subject, issuer } = fixture.authority.signerIn(Buffer.from(signed_content, 'base64'));
  server.answers(({ nonce }) => {
    const usual = { status: 'good', thisUpdate: new Date(), nextUpdate: minutesFromNow(10), nonce } as const;
    return writeResponse(0, writeBasicResponse(subject, issuer, { ...usual, ...wanted }));
  });
}

const REVOKED = { status: 'revoked', since: new Date('2026-01-01T00:00:00Z') } as const;
const revoked = { status: 400, type: 'request_malformed', message: 'Signer certificate is revoked' };

describe('A sign-up with a certificate', () => {
  it('that is good asks once for both steps', async () => {
    const signed = await signedBySomebody();
    answerAbout(signed);
    registeredBy(await fixture.signUp(signed, hard));
    expect(server.calls).toHaveLength(1);
  });

  it('that is revoked is refused in both steps and leaves no trace', async () => {
    const signed = await signedBySomebody();
    answerAbout(signed, REVOKED);
    expect(await refused.run(() => fixture.validate(signed))).toEqual(revoked);
    expect(await refused.run(() => fixture.register({ ...signed, jwt: 'none' }))).toEqual(revoked);
    expect(server.calls).toHaveLength(1);
  });

  it('that was revoked between the steps is refused in the second one', async () => {
    const signed = await signedBySomebody();
    server.answers({ status: 500 });
    const jwt = await fixture.sessionOf(signed);
    answerAbout(signed, REVOKED);
    expect(await refused.run(() => fixture.register({ ...signed, jwt }))).toEqual(revoked);
  });

  it('that was revoked after a trusted time-stamp on its signature is accepted', async () => {
    const stamper = fixture.authority.timeStamper();
    const stampedAt = minutesFromNow(-1);
    const stamps = { onSignature: [(bytes: Uint8Array) => stamper.stamp(bytes, stampedAt)] };
    const signed = await signedBySomebody({ stamps, sent: [stamper.certified] });
    answerAbout(signed, { status: 'revoked', since: new Date(stampedAt.getTime() + 30_000) });
    registeredBy(await fixture.signUp(signed, hard));
    const other = await signedBySomebody({ stamps, sent: [stamper.certified] });
    answerAbout(other, { status: 'revoked', since: new Date(stampedAt.getTime() - 30_000) });
    expect(await refused.run(() => fixture.validate(other, hard))).toEqual(revoked);
  });
});

describe('When nobody says whether a certificate is revoked', () => {
  it.each<[string, Parameters<StatusServer['answers']>[0]]>([
    ['the responder is broken', { status: 500 }],
    ['the connection is closed', 'close'],
    ['the responder does not know', writeResponse(6)],
  ])('hard: 503 with Retry-After and no trace: %s', async (_, answer) => {
    const signed = await signedBySomebody();
    server.answers(answer);
    expect(await refused.run(() => fixture.validate(signed, hard))).toMatchObject({ status: 503 });
    const { status, headers, body } = await fixture.register({ ...signed, jwt: 'none' }, hard);
    expect([status, headers.get('retry-after')]).toEqual([503, '60']);
    expect(body.error).toMatchObject({ type: 'service_unavailable' });
  });

  it('soft: the sign-up is accepted, counted and logged without a word about the person', async () => {
    const applicant = await fixture.applicant();
    const certificate = { ocspUrl: server.url };
    const signed = fixture.sign(fixture.contentBy(applicant), applicant, { certificate });
    server.answers({ status: 500 });
    const { program } = fixture.env;
    const unknown = async (): Promise<number> => {
      const { values } = await program.get(Metrics).revocationChecks.get();
      return (
        values.find(({ labels }) => labels.source === 'ocsp' && labels.result === 'unknown')?.value ?? -1
      );
    };
    const [before, logged] = [await unknown(), program.logged.length];
    registeredBy(await fixture.signUp(signed));
    expect(await unknown()).toBe(before + 2);
    const lines = program.logged.slice(logged).filter((line) => line.includes('nobody says'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', kind: 'ocsp', why: 'http_status', host: server.host },
      { level: 'warn', kind: 'ocsp', why: 'http_status', host: server.host },
    ]);
    expect(lines.join('')).not.toContain(applicant.drfo);
  });
});
