import { type FaultReport, findings, type Findings } from './findings';
import type { Scene, SceneWishes, Stage } from './environment';

/** One drill: what it is called, what it breaks, and how. */
export interface Drill {
  /** As it is named on the command line. */
  readonly name: string;
  /** Its number in the list of drills. */
  readonly code: string;
  readonly says: string;
  /** Cannot be played with the Redis that lives in this process's memory. */
  /** Part of the short form. */
  readonly short: boolean;
  /** Why this machine cannot play it, if it cannot. */
  readonly cannot?: () => string | undefined;
  play(stage: Stage): Promise<Findings>;
}

/** Sets the scene, lets the fault happen, judges, and takes everything down again, also when the drill fell. */
export async function play(
  stage: Stage,
  wishes: SceneWishes,
  fault: (scene: Scene) => Promise<FaultReport>,
): Promise<Findings> {
  return playAnything(stage, wishes, async (scene) => findings(scene, await fault(scene)));
}

/** The same for what is not the check of persons, and is judged in its own way. */
export async function playAnything(
  stage: Stage,
  wishes: SceneWishes,
  act: (scene: Scene) => Promise<Findings>,
): Promise<Findings> {
  const scene = await stage.scene(wishes);
  try {
    return await act(scene);
  } catch (error) {
    // A drill that waits in vain often waits for a program that is gone.
    const fallen = scene.fallen.map(({ name, lastWords }) => `${name} fell over: ${lastWords.at(-1) ?? ''}`);
    const why = error instanceof Error ? error.message : String(error);
    throw new Error([why, ...fallen].join('\n'), { cause: error });
  } finally {
    await scene.close();
  }
}
