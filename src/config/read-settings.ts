import { ConfigurationFault, type Fault } from './configuration-fault';
import { ENVIRONMENT, type SettingsFor } from './env';
import { NEEDED_URLS, URL_EXAMPLES, type Program, type UrlSetting } from './needs';
import { REDIS_WAYS } from './redis.rules';
import { faultsBetween } from './settings.rules';

/** What the operating system hands to a program. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty line of an environment file means "not set", as operators expect. */
function withoutBlanks(environment: Environment): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const trimmed = value?.trim() ?? '';
    if (trimmed !== '') filled[name] = trimmed;
  }
  return filled;
}

function missingUrls(filled: Record<string, string>, program: Program): Fault[] {
  const needed: readonly UrlSetting[] = NEEDED_URLS[program];
  return needed
    .filter((name) => (name === 'REDIS_URL' ? REDIS_WAYS : [name]).every((way) => filled[way] === undefined))
    .map((name) => ({ name, says: `is missing, for example ${URL_EXAMPLES[name]}` }));
}

function faultsOf(filled: Record<string, string>, program: Program): Fault[] {
  const read = ENVIRONMENT.safeParse(filled);
  if (read.success) return faultsBetween(read.data, { program, faulty: new Set() });
  const faults = read.error.issues.map(({ path, message }) => ({ name: path.join('.'), says: message }));
  const faulty = new Set(faults.map(({ name }) => name));
  const sound = Object.fromEntries(Object.entries(filled).filter(([name]) => !faulty.has(name)));
  return [...faults, ...faultsBetween(ENVIRONMENT.parse(sound), { program, faulty })];
}

/**
 * The settings of a program, read once at its start. Refuses with every fault there is, sorted by name, so
 * that an operator corrects them in one go.
 */
export function readSettings<P extends Program>(environment: Environment, program: P): SettingsFor<P> {
  const filled = withoutBlanks(environment);
  const faults = [...missingUrls(filled, program), ...faultsOf(filled, program)];
  if (faults.length > 0) {
    throw new ConfigurationFault(faults.sort((one, other) => one.name.localeCompare(other.name, 'en')));
  }
  // That the needed addresses are there was checked a few lines above, by the same table as the type.
  return Object.freeze(ENVIRONMENT.parse(filled)) as SettingsFor<P>;
}
