import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, type RowCounts } from '../support/database';
import type { Program } from '../support/program';
import { S3_KEY, S3Server } from '../support/media';
import type { Answer } from '../support/sign-up-fixture';
import { type LineState, SwitchableProxy } from '../support/network-proxies';
import { personIn, type RegisterBody, WHOLE, SignUpWithProxy } from '../support/sign-up-with-proxy';

const { objects: _, ...ROWS } = WHOLE;

let signUps: SignUpWithProxy;
let body: RegisterBody;
let before: RowCounts;

beforeAll(async () => {
  signUps = await SignUpWithProxy.start();
});
afterAll(() => signUps.stop());
beforeEach(async () => {
  await signUps.clear();
  const applicant = await signUps.fixture.applicant();
  body = await signUps.prepared(signUps.child(applicant), applicant);
  before = await signUps.everything();
});

const changes = async (): Promise<RowCounts> => changesBetween(before, await signUps.everything());

function expectNotSaved({ status, body: reported }: Answer): void {
  const error = { type: 'bad_gateway', message: 'Failed to save signed content' };
  expect([status, reported.error]).toEqual([502, error]);
}

describe('A directory of signed content', () => {
  it.each(['the directory itself', 'the folder of the bucket'])(
    'whose place a file has taken, %s: nothing is registered, and all goes well once it is back',
    async (what) => {
      const { mediaFolder } = signUps.fixture;
      const place = what === 'the directory itself' ? mediaFolder : `${mediaFolder}/persons-dev`;
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, '');
      expectNotSaved(await signUps.register(body));
      await rm(place);
      await signUps.removeOrphans();
      expect(await changes()).toEqual({});
      personIn(await signUps.register(body));
      expect(await changes()).toEqual(WHOLE);
    },
  );

  it('holds one object of a person, whole, under the person’s id', async () => {
    const id = personIn(await signUps.register(body));
    const folder = `${signUps.fixture.mediaFolder}/persons-dev`;
    expect(await readdir(folder)).toEqual([id]);
    expect(await readdir(`${folder}/${id}`)).toEqual(['signed_content']);
  });
});

describe('An S3 of signed content', () => {
  let s3: S3Server;
  let line: SwitchableProxy;
  let program: Program;

  beforeAll(async () => {
    s3 = await S3Server.start();
    line = await SwitchableProxy.to(s3.url);
    program = await signUps.startProgram({
      MEDIA_STORAGE: 's3',
      MEDIA_STORAGE_S3_URL: line.url,
      MEDIA_STORAGE_S3_REGION: S3_KEY.region,
      MEDIA_STORAGE_S3_ACCESS_KEY: S3_KEY.accessKey,
      MEDIA_STORAGE_S3_SECRET_KEY: S3_KEY.secretKey,
      // Long enough for an object on a slow machine: one that is to arrive must do so within it.
      MEDIA_STORAGE_TIMEOUT_MS: '2000',
    });
  });
  afterAll(async () => {
    await line.stop();
    await s3.stop();
  });
  afterEach(() => {
    line.state = 'through';
    s3.objects.clear();
    s3.answered.length = 0;
  });

  it.each<[string, LineState]>([
    ['that answers nothing', 'silent'],
    ['that keeps the object and does not say so in time', 'deaf'],
  ])('%s: nothing is registered, and nothing remains once it is back', async (_title, state) => {
    line.state = state;
    expectNotSaved(await signUps.register(body, program));
    // The object did arrive; an attempt to remove it at once may have, too.
    expect(s3.answered.filter((line) => line.startsWith('PUT'))).toHaveLength(state === 'deaf' ? 1 : 0);
    expect(await changes()).toEqual({ 'mpi.media_uploads': 1 });
    await signUps.removeOrphans(program);
    // It could not remove anything either, so the record remains.
    expect(await changes()).toEqual({ 'mpi.media_uploads': 1 });
    line.state = 'through';
    await signUps.removeOrphans(program);
    expect(await changes()).toEqual({});
    expect(s3.objects.size).toBe(0);
    personIn(await signUps.register(body, program));
    expect([await changes(), s3.objects.size]).toEqual([ROWS, 1]);
  });

  it('that is not there at all: nothing is registered', async () => {
    const gone = await SwitchableProxy.to(s3.url);
    const { url } = gone;
    await gone.stop();
    const cutOff = await signUps.startProgram({
      MEDIA_STORAGE: 's3',
      MEDIA_STORAGE_S3_URL: url,
      MEDIA_STORAGE_S3_ACCESS_KEY: S3_KEY.accessKey,
      MEDIA_STORAGE_S3_SECRET_KEY: S3_KEY.secretKey,
    });
    expectNotSaved(await signUps.register(body, cutOff));
    await signUps.removeOrphans();
    expect(await changes()).toEqual({});
  });

  it('that cannot remove the object of a failed registration: the orphan clean-up removes it later', async () => {
    // The object is kept, and then both the database and the store are gone.
    signUps.proxy.intercept(({ name }) => {
      if (name !== 'insert_persons') return 'pass';
      line.state = 'silent';
      return { failWith: '53100' };
    });
    expect((await signUps.register(body, program)).status).toBe(503);
    signUps.proxy.passAll();
    expect([await changes(), s3.objects.size]).toEqual([{ 'mpi.media_uploads': 1 }, 1]);
    line.state = 'through';
    await signUps.removeOrphans(program);
    expect([await changes(), s3.objects.size]).toEqual([{}, 0]);
  });
});

describe('An S3 that is full', () => {
  it('makes no registration, and nothing remains', async () => {
    const full = createServer((request, response) => {
      request.resume().on('end', () => {
        const isPut = request.method === 'PUT';
        response.writeHead(isPut ? 507 : 204, { 'Content-Type': 'application/xml' });
        response.end(isPut ? '<Error><Code>XMinioStorageFull</Code><Message>words</Message></Error>' : '');
      });
    });
    full.listen(0, '127.0.0.1');
    await once(full, 'listening');
    try {
      const program = await signUps.startProgram({
        MEDIA_STORAGE: 's3',
        MEDIA_STORAGE_S3_URL: `http://127.0.0.1:${(full.address() as AddressInfo).port}`,
        MEDIA_STORAGE_S3_ACCESS_KEY: S3_KEY.accessKey,
        MEDIA_STORAGE_S3_SECRET_KEY: S3_KEY.secretKey,
      });
      expectNotSaved(await signUps.register(body, program));
      await signUps.removeOrphans(program);
      expect(await changes()).toEqual({});
    } finally {
      full.close();
    }
  });
});
