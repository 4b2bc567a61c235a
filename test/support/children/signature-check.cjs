/*
 * A thread that follows instructions instead of checking signatures, so that tests decide when a check is slow. The
 * first byte of a task is the command. Shared memory: [0] the gate, [1] checks begun, [2] turns of an endless check.
 */
const { threadId } = require('node:worker_threads');

const shared = new Int32Array(process.__tinypool_state__.workerData);

const COMMANDS = {
  /** Answers which thread it is. */
  0: () => threadId,
  /** Waits until the gate is opened. */
  1: () => {
    Atomics.wait(shared, 0, 0);
    return threadId;
  },
  /** Never ends by itself. */
  2: () => {
    for (;;) Atomics.add(shared, 2, 1);
  },
  /** Takes all the memory there is. */
  3: () => {
    const held = [];
    for (;;) held.push(Array.from({ length: 10_000 }, (_, place) => ({ place })));
  },
};

module.exports = (task) => {
  if (task === undefined) return undefined;
  Atomics.add(shared, 1, 1);
  return COMMANDS[task[0]]();
};
