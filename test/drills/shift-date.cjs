/*
 * Loaded before a program: its clock is wrong by DRILL_CLOCK_SHIFT_MS milliseconds, and each SIGUSR2 reverses the error,
 * so that the clock jumps back by twice as much, and forward again. Clocks that only measure a span stay right, as they
 * do when an operator sets the clock of a machine.
 */
let shiftMs = Number(process.env.DRILL_CLOCK_SHIFT_MS ?? 0);
const RightDate = Date;
const now = () => RightDate.now() + shiftMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

process.on('SIGUSR2', () => (shiftMs = -shiftMs));
