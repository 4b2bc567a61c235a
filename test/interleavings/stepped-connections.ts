import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';
import { alone, type Effects, endOf, inside, type StatementReader, type Touched } from './statement-effects';

/** A statement that an actor is about to send. */
export interface Step {
  readonly name: string;
  readonly effects: Effects;
  /** The session of PostgreSQL that will carry it out. */
  readonly session: number;
}

/** How an actor ended. */
export type Ended = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown };

interface Held {
  readonly step: Step;
  readonly release: () => void;
}

const DEADLOCK = '40P01';

/** A piece of the program whose every statement is held until it is released. */
export class Actor {
  private held: Held | undefined;
  private sentTo: number | undefined;
  private changed: () => void = () => undefined;
  private change = this.nextChange();
  ended: Ended | undefined;
  deadlocks = 0;

  /** Starts the work: it runs up to its first statement. */
  constructor(
    readonly name: string,
    work: () => Promise<unknown>,
  ) {
    void actors
      .run(this, work)
      .then((): Ended => ({ kind: 'done' }))
      .catch((error: unknown): Ended => ({ kind: 'failed', error }))
      .then((ended) => {
        this.ended = ended;
        this.changed();
      });
  }

  /** The statement that is held. */
  get next(): Step | undefined {
    return this.held?.step;
  }

  /** The session that works on a statement of this actor, or waits in it for a lock. */
  get session(): number | undefined {
    return this.sentTo;
  }

  get isMoving(): boolean {
    return this.held === undefined && this.ended === undefined;
  }

  /** Resolves when the actor is held again, has ended, or has got an answer. */
  get moved(): Promise<void> {
    return this.change;
  }

  release(): void {
    const held = this.held;
    this.held = undefined;
    held?.release();
  }

  /** Called for each statement of the actor: sends it when it is released. */
  async hold<Result>(step: Step, send: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((release) => {
      this.held = { step, release };
      this.changed();
    });
    this.sentTo = step.session;
    try {
      return await send();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === DEADLOCK) this.deadlocks += 1;
      throw error;
    } finally {
      this.sentTo = undefined;
      this.changed();
    }
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.changed = () => {
        this.change = this.nextChange();
        resolve();
      };
    });
  }
}

/** Whose statement it is: what belongs to no actor is sent at once. */
const actors = new AsyncLocalStorage<Actor>();

type Query = (...given: unknown[]) => Promise<unknown>;

/** The pool of the driver, and a connection with the number of its session. */
interface SteppedPool {
  readonly driver: { readonly master: EventEmitter };
}

interface Connection {
  readonly processID: number;
  query: Query;
}

/** Whether the caller is an actor, whose pauses take no time: when it goes on is decided when its next statement is held. */
export const isActor = (): boolean => actors.getStore() !== undefined;

/** Statements that are sent without their locks, by name: what a proof takes away from the program. */
const unlocked = new Set<string>();

/** Does the work as if these statements only read the rows that they lock. */
export async function withoutRowLocks<Result>(
  names: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  names.forEach((name) => unlocked.add(name));
  try {
    return await work();
  } finally {
    unlocked.clear();
  }
}

/** From now on the statements of actors are held, whichever connection of the pool they use. */
export function holdStatements(dataSource: DataSource, reader: StatementReader): void {
  const stepped = new WeakSet<Connection>();
  (dataSource as unknown as SteppedPool).driver.master.on('acquire', (client: Connection) => {
    if (stepped.has(client)) return;
    stepped.add(client);
    step(client, reader);
  });
}

/**
 * BEGIN is not held: it takes no locks, and with READ COMMITTED the first statement, not the beginning, decides what is
 * seen.
 */
function step(client: Connection, reader: StatementReader): void {
  const send: Query = client.query.bind(client);
  /** What the open transaction has done; undefined outside of one. */
  let open: Touched[] | undefined;
  const effectsOf = (text: string): Effects => {
    const word = text.trimStart().slice(0, SHOWN).toUpperCase();
    if (/^(COMMIT|ROLLBACK)\b/.test(word)) {
      const end = endOf(open ?? [], word.startsWith('COMMIT'));
      open = undefined;
      return end;
    }
    const touched = reader.touched(text);
    open?.push(touched);
    return open === undefined ? alone(touched) : inside(touched);
  };
  client.query = (...given: unknown[]) => {
    const actor = actors.getStore();
    if (actor === undefined) return send(...given);
    const { name, text } = statementOf(given[0]);
    if (unlocked.has(name)) {
      const { values } = given[0] as { readonly values: unknown };
      const reading = text.replace(ROW_LOCK, '');
      const effects = effectsOf(reading);
      const session = client.processID;
      return actor.hold({ name, effects, session }, () => send({ text: reading, values }));
    }
    if (/^\s*(START|BEGIN)\b/i.test(text)) {
      open = [];
      return send(...given);
    }
    return actor.hold({ name, effects: effectsOf(text), session: client.processID }, () => send(...given));
  };
}

/** At the end of a statement of the program. */
const ROW_LOCK = /\bFOR (?:NO KEY )?UPDATE$/;

/** Enough of a statement without a name to recognise it. */
const SHOWN = 48;

function statementOf(given: unknown): { readonly name: string; readonly text: string } {
  const { name, text } = typeof given === 'string' ? { name: undefined, text: given } : (given as Named);
  return { name: name ?? text.trim().replaceAll(/\s+/g, ' ').slice(0, SHOWN), text };
}

interface Named {
  readonly name?: string;
  readonly text: string;
}
