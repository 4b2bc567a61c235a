import { setTimeout as pause } from 'node:timers/promises';
import { aCaller } from '../support/builders';
import { noRepository } from '../support/sql-session';
import { waitUntil } from '../support/wait-until';
import type { Sql } from '../../src/database/transactions';
import type { DrillEnvironment, Opened } from './environment';
import { READING } from './http-probe';

const ASK_EVERY_MS = 200;

/** A request may wait for a connection, and then for the longest statement; who is answered later is not answered. */
const GIVES_UP_AFTER_MS = 30_000;

/** Long enough for every deadline of the program: after it a process waits for a person to restart it. */
const TURNS_WITHIN_MS = 120_000;

/** What the callers of a server got while PostgreSQL was in trouble. */
export interface Refusals {
  readonly served: number;
  readonly refused: number;
  /** Sentences about answers that no caller may get. */
  readonly faults: readonly string[];
}

/**
 * Reads a person at HTTP servers all the time, while PostgreSQL is unavailable for now. A call is served, or refused with
 * 503 and `Retry-After`; any other answer, and none at all, is a fault.
 */
export class OutageProbe {
  private readonly over = new AbortController();
  private readonly asking: Promise<void>[];
  private readonly faults = new Set<string>();
  private served = 0;
  private refused = 0;

  private constructor(
    servers: readonly Opened[],
    private readonly path: string,
    private readonly token: string,
  ) {
    this.asking = servers.map((server) => this.askOn(server));
  }

  static async start(
    { database, people }: DrillEnvironment,
    servers: readonly Opened[],
  ): Promise<OutageProbe> {
    const sql: Sql = { query: ({ text }, values) => database.write(text, values), repository: noRepository };
    const token = await aCaller().withScope(READING).save(sql);
    return new OutageProbe(servers, `/api/persons/${people.persons[0]?.id ?? ''}/verification`, token);
  }

  /** Resolves when one more call has been refused: the outage has reached the callers. */
  async refusesMore(): Promise<void> {
    const before = this.refused;
    await waitUntil(() => this.refused > before, { what: 'a refused call', timeoutMs: TURNS_WITHIN_MS });
  }

  async stop(): Promise<Refusals> {
    this.over.abort();
    await Promise.all(this.asking);
    return { served: this.served, refused: this.refused, faults: [...this.faults] };
  }

  private async askOn({ child, publicUrl }: Opened): Promise<void> {
    while (!this.over.signal.aborted) {
      const fault = await this.ask(publicUrl);
      // A server that was asked to end answers nobody any more.
      if (!child.isRunning || child.isEnding) return;
      if (fault !== undefined) this.faults.add(`${child.name}: a reading call ${fault}`);
      await pause(ASK_EVERY_MS);
    }
  }

  /** What is wrong with the answer, if anything. */
  private async ask(url: string): Promise<string | undefined> {
    try {
      const answer = await fetch(`${url}${this.path}`, {
        headers: { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(GIVES_UP_AFTER_MS),
      });
      await answer.text();
      if (answer.status === 503) this.refused += 1;
      else this.served += 1;
      if (answer.status === 503 && answer.headers.has('retry-after')) return undefined;
      return answer.status === 200 ? undefined : `was answered with ${answer.status}`;
    } catch {
      return 'had no answer';
    }
  }
}

/** Waits until the readiness of each process has this status; gives how long that took. */
export async function readinessIs(status: 200 | 503, processes: readonly Opened[]): Promise<number> {
  const sinceMs = performance.now();
  for (const { child, internalUrl } of processes) {
    await waitUntil(async () => (await fetch(`${internalUrl}/health/ready`)).status === status, {
      what: `${child.name} to be ${status === 200 ? 'ready' : 'unready'}`,
      timeoutMs: TURNS_WITHIN_MS,
    });
  }
  return Math.round(performance.now() - sinceMs);
}
