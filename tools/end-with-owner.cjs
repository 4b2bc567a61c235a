/*
 * Loaded first into every process that the demo, a drill, a benchmark or a test starts. The channel to the owner closes
 * when the owner is gone, however it ended: then this process ends at once, because its servers are ending too. Plain
 * JavaScript, so that compiled programs load it without a transpiler.
 */
const FAILED = 1;

if (!process.connected) process.exit(FAILED);
process.once('disconnect', () => process.exit(FAILED));
// The listener must not keep a process alive that has nothing left to do.
process.channel?.unref();
