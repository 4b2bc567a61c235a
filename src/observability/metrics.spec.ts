import { afterEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from './metrics';

describe('The metrics', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('show what was counted, and the metrics of the runtime', async () => {
    const metrics = new Metrics();
    metrics.registerCalls.inc({ method: 'CheckPassportDMSStatus', end: 'timeout' }, 3);
    const text = await metrics.text();
    expect(text).toContain('register_calls_total{method="CheckPassportDMSStatus",end="timeout"} 3');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('bring figures of elsewhere up to date before each collection', async () => {
    const metrics = new Metrics();
    let waiting = 0;
    metrics.refreshBy(async () => {
      waiting += 1;
      metrics.backlog.set({ stream: 'dms_passport', state: 'waiting_for_retry' }, waiting);
    });
    await metrics.text();
    expect(await metrics.text()).toContain(
      'verification_backlog_persons{stream="dms_passport",state="waiting_for_retry"} 2',
    );
  });

  it('are shown although a refreshment fails or hangs', async () => {
    vi.useFakeTimers();
    const metrics = new Metrics();
    metrics.refreshBy(() => Promise.reject(new Error('away')));
    metrics.refreshBy(() => new Promise(() => undefined));
    const text = metrics.text();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await text).toContain('metrics_refresh_failures_total 2');
  });
});
