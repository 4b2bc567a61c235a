import { distance } from 'fastest-levenshtein';
import { URL_EXAMPLES } from './setting-kinds';
import {
  ENVIRONMENT,
  type Program,
  REQUIRED_URLS,
  type SettingsFor,
  type UrlSetting,
} from './settings.schema';
import { type Fault, faultsBetween, REDIS_WAYS } from './settings.rules';

/** EX_CONFIG of sysexits.h. */
const CONFIGURATION_EXIT_STATUS = 78;

/** The program cannot start because of its settings. It carries all faults, so that one attempt shows them all. */
export class ConfigurationFault extends Error {
  readonly exitStatus = CONFIGURATION_EXIT_STATUS;

  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ name, problem }) => `${name} ${problem}`).join('\n'));
    this.name = 'ConfigurationFault';
  }
}

/** What the operating system passes to a program. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of a program. Throws a `ConfigurationFault` with every fault, sorted by name, so that an operator
 * corrects them in one go.
 */
export function readSettings<P extends Program>(environment: Environment, program: P): SettingsFor<P> {
  const filled = withoutBlanks(environment);
  const faults = [...missingUrls(filled, program), ...faultsOf(filled, program), ...unknownNames(filled)];
  if (faults.length > 0) {
    throw new ConfigurationFault(faults.sort((one, other) => one.name.localeCompare(other.name, 'en')));
  }
  // `missingUrls` checked the required addresses, by the same table as the type.
  return Object.freeze(ENVIRONMENT.parse(filled)) as SettingsFor<P>;
}

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
  const required: readonly UrlSetting[] = REQUIRED_URLS[program];
  return required
    .filter((name) => (name === 'REDIS_URL' ? REDIS_WAYS : [name]).every((way) => filled[way] === undefined))
    .map((name) => ({ name, problem: `is missing, for example ${URL_EXAMPLES[name]}` }));
}

function faultsOf(filled: Record<string, string>, program: Program): Fault[] {
  const read = ENVIRONMENT.safeParse(filled);
  if (read.success) return faultsBetween(read.data, { program, faulty: new Set() });
  const faults = read.error.issues.map(({ path, message }) => ({ name: path.join('.'), problem: message }));
  const faulty = new Set(faults.map(({ name }) => name));
  const sound = Object.fromEntries(Object.entries(filled).filter(([name]) => !faulty.has(name)));
  return [...faults, ...faultsBetween(ENVIRONMENT.parse(sound), { program, faulty })];
}

const NAMES = Object.keys(ENVIRONMENT.shape);

/** A name that begins like this can only be meant for this program. */
const OWN_PREFIX =
  /^(DMS|MEDIA_STORAGE|MVS|PIS|RETENTION|SCHEDULE|SIGNATURE|SIGN_UP|TREMBITA|UNZR|VERIFICATION)_/;
/** Names that others use as well, such as HTTP_PROXY: there only a near miss is taken for a misspelt setting. */
const SHARED_PREFIX = /^(DATABASE|HTTP|INTERNAL|JOB|MEDIA|OTEL|PERSON|REDIS|SHUTDOWN|SIGNED|SYSTEM|WORKER)_/;
const NEAR_MISS = 2;
/** What Kubernetes sets for a service with such a name, as in TREMBITA_SERVICE_HOST and TREMBITA_PORT_80_TCP. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP)(_.+)?)?)$/;

/** A misspelt setting would otherwise be ignored, and its default would apply. */
function unknownNames(filled: Record<string, string>): Fault[] {
  return Object.keys(filled)
    .filter((name) => !NAMES.includes(name) && !SERVICE_LINK.test(name))
    .filter((name) => OWN_PREFIX.test(name) || SHARED_PREFIX.test(name))
    .map((name) => ({ name, nearest: nearestName(name) }))
    .filter(({ name, nearest }) => OWN_PREFIX.test(name) || distance(name, nearest) <= NEAR_MISS)
    .map(({ name, nearest }) => ({ name, problem: `is not a setting, did you mean ${nearest}?` }));
}

function nearestName(name: string): string {
  return NAMES.reduce((best, known) => (distance(name, known) < distance(name, best) ? known : best));
}
