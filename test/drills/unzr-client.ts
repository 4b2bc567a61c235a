import { noRepository } from '../support/sql-session';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from '../../src/database/transactions';
import { aCaller } from '../support/builders';
import type { DrillDatabase } from './database';
import type { Opened } from './environment';
import type { SeededRandom } from './seeded-random';

const OFFICIALS = 6;
const LANES = 10;
const MOST_REQUESTS = 3;
const LONGEST_PAUSE_MS = 60;
const ANSWERED_WITHIN_MS = 20_000;

/** One request, and whether it was acknowledged. */
export interface SentRequest {
  readonly unzr: string;
  readonly userId: string;
  readonly isAcknowledged: boolean;
}

interface Official {
  readonly userId: string;
  readonly token: string;
}

/** Officials who ask about UNZRs all the time, at any running HTTP server. About one UNZR they ask one after the other. */
export class AskUnzrs {
  /** The running HTTP servers; one that is killed is removed first. */
  readonly servers = new Set<Opened>();
  readonly sent: SentRequest[] = [];
  /** While it is set nobody asks: there is nobody to break. */
  isHeld = false;
  /** Answers that are neither a success nor a lost connection. */
  readonly odd = new Set<string>();
  private readonly todo: string[];

  private constructor(
    private readonly officials: readonly Official[],
    unzrs: readonly string[],
    private readonly random: SeededRandom,
  ) {
    this.todo = [...unzrs];
  }

  static async open(
    database: DrillDatabase,
    unzrs: readonly string[],
    random: SeededRandom,
  ): Promise<AskUnzrs> {
    const sql: Sql = { query: ({ text }, values) => database.write(text, values), repository: noRepository };
    const officials: Official[] = [];
    for (let n = 0; n < OFFICIALS; n += 1) {
      const userId = randomUUID();
      const token = await aCaller().withUserId(userId).withScope('unzr:write unzr:read').save(sql);
      officials.push({ userId, token });
    }
    return new AskUnzrs(officials, unzrs, random);
  }

  get acknowledged(): number {
    return this.sent.filter(({ isAcknowledged }) => isAcknowledged).length;
  }

  /** Until everything was asked about. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, () => this.lane()));
  }

  /** One more request about each of these. */
  async again(unzrs: readonly string[]): Promise<void> {
    for (const unzr of unzrs) await this.ask(unzr);
  }

  private async lane(): Promise<void> {
    for (let unzr = this.todo.pop(); unzr !== undefined; unzr = this.todo.pop()) {
      const requests = 1 + this.random.below(MOST_REQUESTS);
      for (let n = 0; n < requests; n += 1) {
        await this.ask(unzr);
        await pause(this.random.below(LONGEST_PAUSE_MS));
      }
    }
  }

  private async ask(unzr: string): Promise<void> {
    const { userId, token } = this.random.pick(this.officials);
    const isAcknowledged = await this.post(unzr, token);
    this.sent.push({ unzr, userId, isAcknowledged });
  }

  private async post(unzr: string, token: string): Promise<boolean> {
    while (this.isHeld || this.servers.size === 0) await pause(20);
    const { publicUrl } = this.random.pick([...this.servers]);
    try {
      const answer = await fetch(`${publicUrl}/api/admin/unzr_info/sync`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ unzr }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      await answer.arrayBuffer();
      if (answer.status !== 202) this.odd.add(`a question was answered with ${answer.status}`);
      return answer.status === 202;
    } catch {
      return false;
    }
  }
}
