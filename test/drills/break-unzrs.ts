import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import type { AskUnzrs } from './ask-unzrs';
import type { Opened, Scene } from './scene';

const KILLS = 15;
/** About each UNZR two requests are sent on average; so many of them until the last kill. */
const ACKNOWLEDGED_OF_EACH = 1.6;

const QUESTIONS_BETWEEN = 4;

/** So many UNZRs are asked about in each drill. */
export const UNZRS = 240;

/** What a drill does to the programs while officials ask, and what it has to say about it. */
export type Break = (scene: Scene, programs: Programs) => Promise<Broken>;

/** The programs of such a drill. */
export interface Programs {
  readonly workers: Set<Opened>;
  readonly asking: AskUnzrs;
}

/** What was done. */
export interface Broken {
  readonly faults: number;
  readonly spoiled?: readonly (readonly [from: number, to: number])[];
}

/** Waits until so many requests were acknowledged, or all were sent. */
async function acknowledged(asking: AskUnzrs, count: number): Promise<void> {
  await waitUntil(() => asking.acknowledged >= count, {
    what: 'requests to be acknowledged',
    timeoutMs: 120_000,
  });
}

/** Workers and doors are killed, a door every third time. */
export async function killOver(scene: Scene, { workers, asking }: Programs): Promise<Broken> {
  const { crashes, random } = scene;
  const coming: Promise<void>[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await acknowledged(asking, Math.round((kill * UNZRS * ACKNOWLEDGED_OF_EACH) / KILLS));
    const isDoor = kill % 3 === 0;
    const alive: Set<Opened> = isDoor ? asking.doors : workers;
    asking.isHeld = true;
    // One stays, so that whoever is left behind is found by somebody who lives.
    await waitUntil(() => alive.size > 1, { what: 'somebody to kill', timeoutMs: 60_000 });
    asking.isHeld = false;
    // A worker that has just come must have got to work, or nothing is broken with it.
    if (!isDoor) await moreQuestions(scene);
    await pause(random.below(100));
    const victim = random.pick([...alive]);
    alive.delete(victim);
    const fromMs = Date.now();
    await victim.child.end('SIGKILL');
    crashes.push({ fromMs, untilMs: Date.now(), worker: victim.child.name });
    const next = isDoor ? scene.door() : scene.worker();
    coming.push(next.then((opened) => void alive.add(opened)));
  }
  await Promise.all(coming);
  return { faults: KILLS };
}

/** Waits until some more questions have reached the register. */
async function moreQuestions({ register }: Scene): Promise<void> {
  const before = (await register.asked()).length;
  const came = async (): Promise<boolean> => (await register.asked()).length >= before + QUESTIONS_BETWEEN;
  // Where nobody waits any more there are none.
  await waitUntil(came, { what: 'more questions', timeoutMs: 10_000 }).catch(() => undefined);
}

/** Redis forgets every ticket. */
export async function flushOver({ redis }: Scene, { asking }: Programs): Promise<Broken> {
  const FLUSHES = 12;
  for (let flush = 1; flush <= FLUSHES; flush += 1) {
    await acknowledged(asking, Math.round((flush * UNZRS) / FLUSHES));
    await redis.flushAll();
  }
  return { faults: FLUSHES };
}

/** The register goes away twice; what it was asked meanwhile does not count. */
export async function loseRegisterOver({ register }: Scene, { asking }: Programs): Promise<Broken> {
  const spoiled: [number, number][] = [];
  for (const share of [0.25, 0.7]) {
    await acknowledged(asking, Math.round(share * UNZRS));
    const open = (await register.asked())
      .filter(({ ended }) => ended === 'open')
      .map(({ sequence }) => sequence);
    const from = Math.min(...open, (await register.count()) + 1);
    await register.behave({ mode: 'down' });
    await acknowledged(asking, Math.round((share + 0.25) * UNZRS));
    await register.behave({ mode: 'normal' });
    spoiled.push([from, await register.count()]);
  }
  return { faults: spoiled.length, spoiled };
}
