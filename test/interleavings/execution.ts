import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from '../../src/database/transactions';
import { Actor, type Ended, type Step } from './stepped-connections';

/** A transaction of the program, by name. */
export interface Work {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** A statement that was let go, and by whom: the index among the works. */
export interface Event extends Step {
  readonly actor: number;
}

/** One order, carried out. */
export interface Execution {
  readonly events: readonly Event[];
  readonly ends: readonly Ended[];
  /** How often a statement waited for a lock. */
  readonly waits: number;
  /** How many transactions PostgreSQL aborted to end a deadlock. */
  readonly deadlocks: number;
}

/** Says whose statement is next, of the statements held; nobody's: the order leads nowhere new. */
export type Chooser = (held: ReadonlyMap<number, Step>) => number | undefined | Promise<number | undefined>;

/** How long an answer is waited for before PostgreSQL is asked who waits for a lock. */
const LOOK_AFTER_MS = 2;

const BLOCKED = {
  text: 'SELECT pid FROM unnest($1::int[]) AS pid WHERE cardinality(pg_blocking_pids(pid)) > 0',
};

/** Carries out one order of the statements of these works; `observer` is another session than theirs. */
export async function execute(works: readonly Work[], choose: Chooser, observer: Sql): Promise<Execution> {
  const actors = works.map(({ name, run }) => new Actor(name, run));
  const events: Event[] = [];
  const waiting = new WaitingActors();
  for (let isCut = false; ;) {
    await settle(actors, observer);
    waiting.note(actors);
    const held = heldBy(actors);
    if (held.size === 0) {
      if (waiting.all.size === 0) break;
      // All wait for each other: PostgreSQL ends one of them.
      await Promise.race([...waiting.all].map(({ moved }) => moved));
      continue;
    }
    const chosen: number | undefined = isCut ? undefined : await choose(held);
    isCut = chosen === undefined;
    const actor = chosen ?? Math.min(...held.keys());
    const step = held.get(actor);
    if (step === undefined) throw new Error('A statement was chosen that is not held.');
    if (!isCut) events.push({ ...step, actor });
    actors[actor]?.release();
  }
  const deadlocks = actors.reduce((sum, actor) => sum + actor.deadlocks, 0);
  return { events, ends: actors.flatMap(({ ended }) => ended ?? []), waits: waiting.count, deadlocks };
}

/** Who waits for a lock, and how often that began. */
class WaitingActors {
  readonly all = new Set<Actor>();
  count = 0;

  note(actors: readonly Actor[]): void {
    for (const actor of actors) {
      if (!actor.isMoving) this.all.delete(actor);
      else if (!this.all.has(actor)) {
        this.all.add(actor);
        this.count += 1;
      }
    }
  }
}

function heldBy(actors: readonly Actor[]): Map<number, Step> {
  return new Map(actors.flatMap(({ next }, index) => (next === undefined ? [] : [[index, next] as const])));
}

/** Resolves when every actor is held, has ended or waits for a lock. */
async function settle(actors: readonly Actor[], observer: Sql): Promise<void> {
  for (;;) {
    const moving = actors.filter(({ isMoving }) => isMoving);
    if (moving.length === 0) return;
    const moved = Promise.race(moving.map((actor) => actor.moved));
    const look = await Promise.race([moved.then(() => false), pause(LOOK_AFTER_MS, true)]);
    if (look && (await allWait(moving, observer))) return;
  }
}

/** Whether each of them waits for a lock. One that is between two statements does not. */
async function allWait(moving: readonly Actor[], observer: Sql): Promise<boolean> {
  const sessions = moving.map(({ session }) => session);
  if (sessions.includes(undefined)) return false;
  const blocked = await observer.query<{ pid: number }>(BLOCKED, [sessions]);
  const pids = new Set(blocked.map(({ pid }) => pid));
  return moving.every(
    ({ isMoving, session }, index) => isMoving && session === sessions[index] && pids.has(session ?? 0),
  );
}
