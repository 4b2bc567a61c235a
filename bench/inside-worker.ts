import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/**
 * Loaded into a worker before its program: tells, when asked, what only the process itself knows. The histogram is
 * that of Node; its timer fires every millisecond, so an idle loop shows about one.
 */
const RESOLUTION_MS = 1;

/** What a worker tells. */
export interface InsideWorker {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly loopDelayP99Ms: number;
}

const delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

process.on('message', (question) => {
  const { user, system } = process.cpuUsage();
  const told: InsideWorker = {
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    loopDelayP99Ms: delays.percentile(99) / 1e6,
  };
  if (question === 'reset') delays.reset();
  process.send?.(told);
});
// Asking must not keep a worker alive that was told to end.
process.channel?.unref();
