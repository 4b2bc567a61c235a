import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceCollector } from '../../test/support/trace-collector';
import { waitUntil } from '../../test/support/wait-until';
import type { Log } from './log';
import { OpenTelemetryRecorder } from './open-telemetry';
import type { SpanAttributes, SpanFacts } from './spans';

const PERSON = 'Перепелиця';

let collector: TraceCollector;
let recorder: OpenTelemetryRecorder;

beforeAll(async () => {
  collector = await TraceCollector.start();
  const settings = { endpoint: collector.url, OTEL_SERVICE_NAME: 'test', OTEL_TRACES_SAMPLER_ARG: 1 };
  recorder = await OpenTelemetryRecorder.start(settings, {} as Log);
});
afterAll(() => collector.stop());

const aSpan = (name: string, facts: Partial<SpanFacts> = {}): SpanFacts => ({
  name,
  kind: 'internal',
  when: 'always',
  attributes: {},
  ...facts,
});

const traceparent = (): Promise<string | undefined> => Promise.resolve(recorder.traceparent());

describe('Spans', () => {
  it('say nothing that is not on the list or has another shape', async () => {
    const attributes = { 'http.route': PERSON, 'job.name': `x ${PERSON}`, name: PERSON } as SpanAttributes;
    await recorder.inSpan(aSpan(`look up ${PERSON}`, { attributes }), traceparent, () => ({
      name: PERSON,
      attributes,
      failed: false,
    }));
    const failure = recorder.inSpan(aSpan('fails'), () => Promise.reject(new TypeError(PERSON)));
    await expect(failure).rejects.toThrow(PERSON);
    await recorder.close();
    // It waits two seconds at most, and leaves what is then still on its way.
    await waitUntil(() => collector.named('fails').length > 0, { what: 'the spans to arrive' });
    expect(collector.named('unnamed')).toHaveLength(1);
    expect(collector.named('fails')).toMatchObject([
      { attributes: [{ key: 'error.type', value: { stringValue: 'TypeError' } }], status: { code: 2 } },
    ]);
    expect(collector.received).not.toContain(PERSON);
  });

  it('that need a trace, or an open span, are left out without one', async () => {
    expect(await recorder.inSpan(aSpan('task', { when: 'in_trace' }), traceparent)).toBeUndefined();
    expect(await recorder.inSpan(aSpan('SELECT', { when: 'in_open_span' }), traceparent)).toBeUndefined();
  });

  it('are not recorded for what a timer does after the span around it has ended', async () => {
    let late: Promise<string | undefined> | undefined;
    let ended: () => void = () => undefined;
    const isOver = new Promise<void>((resolve) => (ended = resolve));
    const around = await recorder.inSpan(aSpan('request'), async () => {
      late = isOver.then(() => recorder.inSpan(aSpan('SELECT', { when: 'in_open_span' }), traceparent));
      return traceparent();
    });
    ended();
    expect(await late).toBe(around);
  });

  it('are ten thousand at most below one that was begun here, and the work goes on without them', async () => {
    const [around, within] = await recorder.inSpan(aSpan('run'), async () => {
      const seen = new Set<string | undefined>();
      for (let each = 0; each < 10_010; each += 1) {
        seen.add(await recorder.inSpan(aSpan('SELECT', { when: 'in_open_span' }), traceparent));
      }
      return [await traceparent(), seen] as const;
    });
    expect(within.size).toBe(10_001);
    expect(within).toContain(around);
  });
});
