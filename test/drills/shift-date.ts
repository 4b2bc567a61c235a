/**
 * Loaded before a program: its clock goes wrong by so many milliseconds, and each SIGUSR2 turns the error round, so
 * that the clock jumps back by twice as much, and forth again. Clocks that only measure a span stay right, as they do
 * when somebody sets the clock of a machine.
 */
let shiftMs = Number(process.env['DRILL_CLOCK_SHIFT_MS'] ?? 0);
const RightDate = Date;
const now = (): number => RightDate.now() + shiftMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  apply: () => new RightDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});

process.on('SIGUSR2', () => (shiftMs = -shiftMs));
