import Queue from 'bull';
import { waitUntil } from '../support/wait-until';
import { JOB } from './runs';

/** Wakes the workers from outside, through their queue. */
export class WakeUpSender {
  private readonly queue: Queue.Queue;

  constructor(redisUrl: string) {
    this.queue = new Queue(JOB, redisUrl, { prefix: '{verification}' });
    this.queue.on('error', () => undefined);
  }

  /** Adds so many wake-up jobs at once. */
  async send(times: number): Promise<void> {
    await this.queue.addBulk(Array.from({ length: times }, () => ({ data: {} })));
  }

  /** Resolves when every wake-up job is done. */
  async allDelivered(withinMs: number): Promise<void> {
    const left = async (): Promise<number> => {
      const { waiting, active } = await this.queue.getJobCounts();
      return waiting + active;
    };
    await waitUntil(async () => (await left()) === 0, {
      what: 'the wake-up jobs to be done',
      timeoutMs: withinMs,
    });
  }

  /**
   * Sends wake-up jobs until one is done. A worker that was in the middle of one when Redis went away gets the next one
   * only when the queue has given that one up, after half a minute; its poll goes on meanwhile.
   */
  async sendUntilDelivered(withinMs: number): Promise<void> {
    const sent: Queue.Job[] = [];
    const oneIsDone = async (): Promise<boolean> => {
      sent.push(await this.queue.add({}));
      const states = await Promise.all(sent.map((job) => job.isCompleted()));
      return states.includes(true);
    };
    await waitUntil(oneIsDone, { what: 'a wake-up job to be done', timeoutMs: withinMs, everyMs: 500 });
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}
