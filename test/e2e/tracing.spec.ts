import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/config/own-settings';
import { SPAN_ATTRIBUTES } from '../../src/observability/spans';
import { UnzrInfoClient } from '../support/api-clients';
import { aCaller, aPerson } from '../support/builders';
import type { Program } from '../support/program';
import { JOB, TestEnvironment } from '../support/test-environment';
import { attributesOf, type ReceivedSpan, TraceCollector } from '../support/trace-collector';
import { waitUntil } from '../support/wait-until';

const QUEUE = 'unzr-info';
const SYNC = 'POST /api/admin/unzr_info/sync';

const [ONES, ONES_16] = ['1'.repeat(32), '1'.repeat(16)];

/** What is no traceparent by W3C Trace Context. */
const HOSTILE: readonly string[] = [
  `00-${'0'.repeat(32)}-${ONES_16}-01`,
  `00-${ONES}-${'0'.repeat(16)}-01`,
  `ff-${ONES}-${ONES_16}-01`,
  `00-${'A'.repeat(32)}-${ONES_16}-01`,
  `00-${ONES}-${ONES_16}-01-more`,
  `00-${ONES}-${ONES_16}-01, 00-${ONES}-${ONES_16}-01`,
  "'; DROP TABLE mpi.persons; --",
  'a'.repeat(4_096),
];

let env: TestEnvironment;
let collector: TraceCollector;
let token: string;
let client: UnzrInfoClient;

beforeAll(async () => {
  collector = await TraceCollector.start();
  env = await TestEnvironment.start();
});
afterAll(async () => {
  await env.stop();
  await collector.stop();
});
beforeEach(async () => {
  await env.clear();
  token = await aCaller().withScope('unzr:write unzr:read job:run job:read').save(env.sql);
  client = new UnzrInfoClient(env);
});

const aTraceId = (): string => randomBytes(16).toString('hex');
const aSpanId = (): string => randomBytes(8).toString('hex');

function post(path: string, headers: Record<string, string>, body?: object): Promise<Response> {
  return fetch(`${env.program.addresses.publicUrl}/api/admin/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** Asks the register for a UNZR, and waits for the answer. Returns the UNZR. */
async function lookUp(headers: Record<string, string> = {}): Promise<string> {
  const unzr = env.unzr();
  expect((await post('unzr_info/sync', headers, { unzr })).status).toBe(202);
  await client.ended(unzr, 'processed');
  return unzr;
}

const sentFor = (key: string): readonly unknown[] =>
  env.register.requestsFor(key).map(({ traceparent }) => traceparent);

async function restartWith(environment: Record<string, string>): Promise<Program> {
  await env.stopProgram(env.program);
  return env.startProgram(environment);
}

describe('Without a collector', () => {
  it('no header is sent to the register and no wake-up job carries anything', async () => {
    const unzr = await lookUp({ traceparent: `00-${aTraceId()}-${aSpanId()}-01` });
    expect(sentFor(unzr)).toEqual([undefined]);
    const jobs = await env.program
      .get<Queue>(getQueueToken(QUEUE))
      .getJobs(['active', 'waiting', 'completed']);
    expect(jobs.map(({ data }) => data as object)).toEqual([{}]);
  });

  it('no package of OpenTelemetry is loaded but its interfaces', () => {
    const program = `
      require('./dist/src/app.module.js');
      const { Tracing } = require('./dist/src/observability/tracing');
      new Tracing({}, undefined).onModuleInit().then(() => {
        const packages = new Set(Object.keys(require.cache).map((file) => /node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(file)?.[1]));
        console.log(JSON.stringify([...packages]));
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      cwd: join(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const packages = JSON.parse(stdout) as string[];
    expect(packages).toContain('@nestjs/core');
    // prom-client has always used the API, which does nothing by itself.
    const loaded = packages.filter((name) => name?.startsWith('@opentelemetry/'));
    expect(loaded.filter((name) => name !== '@opentelemetry/api')).toEqual([]);
  });
});

describe('With a collector', () => {
  beforeAll(() =>
    restartWith({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_SERVICE_NAME: 'pv-test' }),
  );

  it('one trace has the call, the wake-up job, the task, the call to the register and the statements', async () => {
    const [traceId, parentId] = [aTraceId(), aSpanId()];
    const unzr = await lookUp({ traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=secret' });
    const called = await collector.spanOf(traceId, SYNC);
    const woken = await collector.spanOf(traceId, `wake-up ${QUEUE}`);
    const asked = await collector.spanOf(traceId, 'register unzr');
    const task = await waitUntil(() => spanWith(traceId, asked.parentSpanId), {
      what: 'the task that asked',
    });
    expect([called.parentSpanId, woken.parentSpanId, task.parentSpanId]).toEqual([
      parentId,
      called.spanId,
      woken.spanId,
    ]);
    expect(task.name).toBe('background task');
    expect(attributesOf(called)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/admin/unzr_info/sync',
      'http.response.status_code': 202,
    });
    expect(attributesOf(asked)).toMatchObject({
      'rpc.method': 'unzr',
      'register.message_id': env.register.requestsFor(unzr)[0]?.messageId,
    });
    expect(statementsBelow(called).length).toBeGreaterThan(1);
    expect(statementsBelow(task).length).toBeGreaterThan(1);
    expect(sentFor(unzr)).toEqual([`00-${traceId}-${asked.spanId}-01`]);
    expect(collector.resources).toContainEqual({ 'service.name': 'pv-test', 'service.version': VERSION });
  });

  it('a run that a call started is part of the trace of the call', async () => {
    const traceId = aTraceId();
    const number = env.passport();
    await aPerson().withPassport(number).save(env.sql);
    const started = await post(`jobs/${JOB}/run`, { traceparent: `00-${traceId}-${aSpanId()}-01` });
    const { run_id: runId } = ((await started.json()) as { data: { run_id: string } }).data;
    await env.ended(runId);
    const run = await collector.spanOf(traceId, `run ${JOB}`);
    const asked = await collector.spanOf(traceId, 'register CheckPassportDMSStatus');
    expect(attributesOf(run)).toMatchObject({ 'job.name': JOB, 'job.run_id': runId });
    expect(asked.parentSpanId).toBe(run.spanId);
    expect(statementsBelow(run).length).toBeGreaterThan(3);
    expect(sentFor(number)).toEqual([`00-${traceId}-${asked.spanId}-01`]);
  });

  it('a traceparent that is none is ignored, and the call is answered', async () => {
    const traces: string[] = [];
    for (const traceparent of HOSTILE) {
      const [sent] = sentFor(await lookUp({ traceparent }));
      const [, traceId = ''] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(sent)) ?? [];
      expect(traceId, traceparent).not.toBe('');
      expect(traceparent).not.toContain(traceId);
      traces.push(traceId);
    }
    for (const traceId of traces) {
      expect((await collector.spanOf(traceId, SYNC)).parentSpanId ?? '').toBe('');
    }
    for (const traceparent of HOSTILE) expect(collector.received).not.toContain(traceparent);
  });

  it('a failed call to the register is a failed span, with the kind of the error alone', async () => {
    const traceId = aTraceId();
    const unzr = env.unzr('FAULT_CONFIGURATION');
    await post('unzr_info/sync', { traceparent: `00-${traceId}-${aSpanId()}-01` }, { unzr });
    await client.ended(unzr, 'failed');
    const asked = await collector.spanOf(traceId, 'register unzr');
    expect(attributesOf(asked)['error.type']).toBe('fault_configuration');
    expect(asked.status).toEqual({ code: 2 });
  });

  it('nobody’s data is in it, only attributes of the list, and no probes', async () => {
    const traceId = aTraceId();
    await env.program.public('/health/live');
    await env.program.internal('/metrics');
    const unzr = await lookUp({ traceparent: `00-${traceId}-${aSpanId()}-01` });
    await env.program.withToken(token, `/api/admin/unzr_info?${new URLSearchParams({ unzr }).toString()}`);
    await waitUntil(() => collector.named('GET /api/admin/unzr_info').length > 0, {
      what: 'the call that reads',
    });
    const everything = collector.received;
    expect(everything).not.toContain(unzr);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain('secret');
    expect(everything).not.toMatch(/[А-Яа-яІіЇїЄєҐґ]|SELECT \w|INSERT INTO|health|metrics/);
    const all = [...everything.matchAll(/"key":"([^"]+)"/g)].map(([, key = '']) => key);
    const known = [...Object.keys(SPAN_ATTRIBUTES), 'service.name', 'service.version'];
    expect([...new Set(all)].filter((key) => !known.includes(key))).toEqual([]);
    expect(everything).not.toMatch(/"events":\[\{/);
  });
});

describe('A share of the traces', () => {
  it('is chosen here: a client that records its part does not make us record ours', async () => {
    await restartWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0.000001' });
    // Its value decides: the sampler takes the lowest ones.
    const traceId = 'f'.repeat(8).padEnd(32, '0');
    const unzr = await lookUp({ traceparent: `00-${traceId}-${aSpanId()}-01` });
    expect(sentFor(unzr)).toEqual([expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))]);
    await restartWith({});
    expect(collector.ofTrace(traceId)).toEqual([]);
  });
});

describe('A collector that is away', () => {
  it('breaks nothing, and the log says so once', async () => {
    const gone = await TraceCollector.start();
    const url = gone.url;
    await gone.stop();
    const program = await restartWith({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const warnings = (): string[] => program.logged.filter((line) => line.includes('traces not sent'));
    await lookUp();
    await waitUntil(() => warnings().length > 0, { what: 'the warning' });
    await lookUp();
    await restartWith({});
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
  });
});

const spanWith = (traceId: string, spanId: string | undefined): ReceivedSpan | undefined =>
  collector.ofTrace(traceId).find((span) => span.spanId === spanId);

function statementsBelow({ traceId, spanId }: ReceivedSpan): readonly ReceivedSpan[] {
  return collector
    .ofTrace(traceId)
    .filter((span) => span.parentSpanId === spanId && attributesOf(span)['db.system.name'] === 'postgresql');
}
