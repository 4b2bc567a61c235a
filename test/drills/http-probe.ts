import { setTimeout as pause } from 'node:timers/promises';
import type { Opened } from './environment';

const ASK_EVERY_MS = 200;
/** Readiness asks Redis and gives it two seconds; whatever takes longer than this hangs on it. */
const READY_WITHIN_MS = 3_500;
/** Reading a person has nothing to do with Redis. */
const READING_WITHIN_MS = 1_500;

export interface Probed {
  readonly asked: number;
  readonly slowestMs: number;
  readonly faults: readonly string[];
}

/** Who is answered later than this is not answered. */
const GIVES_UP_AFTER_MS = 20_000;

/** The scope of the reading call. */
export const READING = 'person_verification:details';

/** Calls HTTP servers all the time what a client and an orchestrator ask, while Redis is away. */
export class HttpProbe {
  private readonly over = new AbortController();
  private readonly asking: Promise<void>[] = [];
  private readonly faults = new Set<string>();
  private asked = 0;
  private slowestMs = 0;

  constructor(
    private readonly personId: string,
    private readonly token: string,
    /** What a machine that stalls is granted. */
    private readonly grantedMs: () => number,
  ) {}

  start({ child, publicUrl }: Opened): void {
    this.asking.push(this.askOn(child.name, publicUrl));
  }

  async stop(): Promise<Probed> {
    this.over.abort();
    await Promise.all(this.asking);
    return { asked: this.asked, slowestMs: Math.round(this.slowestMs), faults: [...this.faults] };
  }

  private async askOn(name: string, url: string): Promise<void> {
    const reading = `${url}/api/persons/${this.personId}/verification`;
    while (!this.over.signal.aborted) {
      await this.ask(`${name}: a reading call`, reading, READING_WITHIN_MS);
      const ready = await this.ask(`${name}: readiness`, `${url}/health/ready`, READY_WITHIN_MS);
      if (ready !== undefined && !ready.includes('"redis":"down"')) {
        this.faults.add(`${name}: readiness does not report that Redis is down`);
      }
      await pause(ASK_EVERY_MS);
    }
  }

  private async ask(what: string, url: string, withinMs: number): Promise<string | undefined> {
    const startedAtMs = performance.now();
    try {
      const headers = { authorization: `Bearer ${this.token}` };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(GIVES_UP_AFTER_MS) });
      const text = await answer.text();
      if (answer.status !== 200) this.faults.add(`${what} was answered with ${answer.status}`);
      return text;
    } catch {
      this.faults.add(`${what} had no answer`);
      return undefined;
    } finally {
      const tookMs = performance.now() - startedAtMs;
      if (tookMs > withinMs + this.grantedMs())
        this.faults.add(`${what} was not answered within ${withinMs} ms`);
      this.asked += 1;
      this.slowestMs = Math.max(this.slowestMs, tookMs);
    }
  }
}
