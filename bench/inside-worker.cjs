/*
 * Loaded into a worker before its program. It reports, when asked, what only the process itself knows (`InsideWorker` in
 * worker.ts). The histogram is that of Node; its timer fires every millisecond, so an idle loop shows about one.
 */
const { monitorEventLoopDelay } = require('node:perf_hooks');

const RESOLUTION_MS = 1;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

process.on('message', (question) => {
  const { user, system } = process.cpuUsage();
  const report = {
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    loopDelayP99Ms: delays.percentile(99) / 1e6,
  };
  if (question === 'reset') delays.reset();
  process.send?.(report);
});
// Waiting for questions must not keep a worker alive that was asked to end.
process.channel?.unref();
