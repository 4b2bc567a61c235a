import { parseExpression } from 'cron-parser';

/** How many of the next ticks are remembered: enough to see the rhythm of a schedule. */
const NEXT_TICKS = 3;

/** Two neighbouring ticks of a schedule: `latest` is the last one until `next` has come. */
interface Ticks {
  readonly latest: Date;
  readonly next: Date;
}

/** The ticks after a moment, soonest first. */
interface ComingTicks {
  readonly since: Date;
  readonly ticks: readonly Date[];
}

/**
 * Answers what the latest tick of a schedule is, and remembers the next one: the cron expression is evaluated only when
 * that one has come, since an evaluation blocks the process for milliseconds.
 */
export class TickMemory {
  private readonly ticks = new Map<string, Ticks>();
  private readonly coming = new Map<string, ComingTicks>();

  constructor(private readonly timeZone: string) {}

  /** The last tick of a cron expression with five fields that is not later than now. */
  latestTick(schedule: string, now: Date): Date {
    const known = this.ticks.get(schedule);
    // The clock of the database may be set back, too.
    if (known !== undefined && known.latest <= now && now < known.next) return known.latest;
    const ticks = this.ticksAround(schedule, now);
    this.ticks.set(schedule, ticks);
    return ticks.latest;
  }

  /** The next ticks later than now, soonest first. */
  nextTicks(schedule: string, now: Date): readonly Date[] {
    const known = this.coming.get(schedule);
    const [first] = known?.ticks ?? [];
    if (known !== undefined && first !== undefined && known.since <= now && now < first) return known.ticks;
    const ticks: Date[] = [];
    for (let { next } = this.ticksAround(schedule, now); ticks.length < NEXT_TICKS;) {
      const around = this.ticksAround(schedule, next);
      // Looking forward, cron-parser moves a tick of an hour that the clock skips; for the scheduler there is none.
      if (around.latest.getTime() === next.getTime()) ticks.push(next);
      next = around.next;
    }
    this.coming.set(schedule, { since: now, ticks });
    return ticks;
  }

  private ticksAround(schedule: string, now: Date): Ticks {
    // A tick at this very millisecond has come.
    const latest = this.lastBefore(schedule, new Date(now.getTime() + 1));
    let next = parseExpression(schedule, { tz: this.timeZone, currentDate: now }).next().toDate();
    // Looking forward, cron-parser passes over an hour that the clock shows twice; looking back, it does not.
    for (;;) {
      const before = this.lastBefore(schedule, next);
      if (before <= latest) return { latest, next };
      next = before;
    }
  }

  private lastBefore(schedule: string, date: Date): Date {
    return parseExpression(schedule, { tz: this.timeZone, currentDate: date }).prev().toDate();
  }
}
