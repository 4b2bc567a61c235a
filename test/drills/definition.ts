import { type FaultReport, findings, type Findings } from './findings';
import type { DrillEnvironment, EnvironmentOptions, SharedServers } from './environment';

/** One drill: what it is called, what it breaks, and how. */
export interface Drill {
  /** As it is named on the command line. */
  readonly name: string;
  /** Its number in the list of drills. */
  readonly code: string;
  readonly description: string;
  /** Cannot be played with the Redis that lives in this process's memory. */
  /** Part of the short form. */
  readonly short: boolean;
  /** Why this machine cannot play it, if it cannot. */
  readonly cannot?: () => string | undefined;
  runDrill(sharedServers: SharedServers): Promise<Findings>;
}

/** Sets up the environment, lets the fault happen, judges, and tears everything down, also when the drill failed. */
export async function runDrill(
  sharedServers: SharedServers,
  options: EnvironmentOptions,
  fault: (environment: DrillEnvironment) => Promise<FaultReport>,
): Promise<Findings> {
  return runCustomDrill(sharedServers, options, async (environment) =>
    findings(environment, await fault(environment)),
  );
}

/** The same for what is not the check of persons, and is judged in its own way. */
export async function runCustomDrill(
  sharedServers: SharedServers,
  options: EnvironmentOptions,
  act: (environment: DrillEnvironment) => Promise<Findings>,
): Promise<Findings> {
  const environment = await sharedServers.environment(options);
  try {
    return await act(environment);
  } catch (error) {
    // A drill that waits in vain often waits for a program that is gone.
    const crashedChildren = environment.crashedChildren.map(
      ({ name, lastLines }) => `${name} fell over: ${lastLines.at(-1) ?? ''}`,
    );
    const why = error instanceof Error ? error.message : String(error);
    throw new Error([why, ...crashedChildren].join('\n'), { cause: error });
  } finally {
    await environment.close();
  }
}
