import { z } from 'zod';
import { faultInCronExpression } from './cron-expression';

/** Shown where the address of a server is missing. */
export const URL_EXAMPLES = {
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/ehealth',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TREMBITA_URL: 'http://127.0.0.1:8080/',
} as const;

/**
 * The kinds of settings. Each reads text from the environment and returns a value or one sentence: what the setting must
 * be, and an example. The sentence is a constant, so a secret typed into the wrong variable never reaches a terminal or
 * a log.
 */
interface Kind<T> {
  accepts: (value: string) => boolean;
  /** Continues the name of the setting: "must be …, for example …". */
  sentence: string;
  read: (value: string) => T;
}

const asIs = (value: string): string => value;

function kind<T>({ accepts, sentence, read }: Kind<T>) {
  return z.string({ error: sentence }).refine(accepts, { error: sentence }).transform(read);
}

interface Range {
  min: number;
  max: number;
}

const WHOLE = /^\d{1,15}$/;

const isWhole =
  ({ min, max }: Range) =>
  (value: string): boolean =>
    WHOLE.test(value) && Number(value) >= min && Number(value) <= max;

function wholeKind(range: Range, example: number) {
  const sentence = `must be a whole number from ${range.min} to ${range.max}, for example ${example}`;
  return kind({ accepts: isWhole(range), sentence, read: Number });
}

/** A whole number with a default. */
export function whole({ fallback, ...range }: Range & { fallback: number }) {
  return wholeKind(range, fallback).default(fallback);
}

/** A whole number that may be left out. */
export function optionalWhole({ example, ...range }: Range & { example: number }) {
  return wholeKind(range, example).optional();
}

/** Longer than any sensible call, wait or pause of this program. */
const HOUR_MS = 3_600_000;

/** A span of milliseconds; `max` is for spans whose limit the specification names. */
export function milliseconds(fallback: number, max = HOUR_MS) {
  return whole({ min: 1, max, fallback });
}

/** 0 lets the operating system choose a free port. */
export function port(fallback: number) {
  return whole({ min: 0, max: 65_535, fallback });
}

const DECIMAL = /^\d{1,9}(\.\d{1,9})?$/;

/** A number above 0, fractions allowed, up to `max`. `unit` names what is counted. */
export function positive({ max, fallback, unit }: { max: number; fallback: number; unit: string }) {
  const accepts = (value: string): boolean =>
    DECIMAL.test(value) && Number(value) > 0 && Number(value) <= max;
  const sentence = `must be ${unit} above 0 and at most ${max}, for example ${fallback}`;
  return kind({ accepts, sentence, read: Number }).default(fallback);
}

/** Longer text is a file pasted into a variable, not a name. */
const LONGEST_TEXT = 1024;

const isText = (value: string): boolean => value.length <= LONGEST_TEXT && !/\p{Cc}/u.test(value);

function textKind(example: string) {
  const sentence = `must be one line of at most ${LONGEST_TEXT} characters, for example ${example}`;
  return kind({ accepts: isText, sentence, read: asIs });
}

/** One line of text with a default. */
export function text(fallback: string) {
  return textKind(fallback).default(fallback);
}

/** One line of text that may be left out. */
export function optionalText(example: string) {
  return textKind(example).optional();
}

function listed<const V extends string>(values: readonly V[], example: V) {
  const sentence = `must be one of ${values.join(', ')}, for example ${example}`;
  const isListed = (value: string): value is V => values.some((allowed) => allowed === value);
  return z.string({ error: sentence }).refine(isListed, { error: sentence });
}

/** One of a closed list, with a default. */
export function oneOf<const V extends string>(values: readonly V[], fallback: NoInfer<V>) {
  return listed(values, fallback).default(fallback);
}

/** One of a closed list that may be left out. */
export function optionalOneOf<const V extends string>(values: readonly V[], example: NoInfer<V>) {
  return listed(values, example).optional();
}

/** `true` or `false`, nothing else: "no", "0" and "off" mean too many things to too many people. */
export function yesOrNo(fallback: boolean) {
  return yesOrNoKind(fallback).default(fallback);
}

/** `true` or `false`, or left out. */
export function optionalYesOrNo(example: boolean) {
  return yesOrNoKind(example).optional();
}

function yesOrNoKind(example: boolean) {
  const sentence = `must be true or false, for example ${example}`;
  const accepts = (value: string): boolean => value === 'true' || value === 'false';
  return kind({ accepts, sentence, read: (value) => value === 'true' });
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return protocols.includes(url.protocol) && url.hostname !== '';
}

/** The address of a server. It has no default: a missing server is a fault. */
export function connectionUrl(protocols: readonly string[], example: string) {
  const schemes = protocols.map((protocol) => `${protocol}//`).join(' or ');
  const sentence = `must be a URL that starts with ${schemes} and names a host, for example ${example}`;
  return kind({ accepts: (value) => isUrl(value, protocols), sentence, read: asIs }).optional();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID in lower case, as ids are written everywhere. */
export function uuid(fallback: string) {
  const sentence = `must be a UUID in lower case, for example ${fallback}`;
  return kind({ accepts: (value) => UUID.test(value), sentence, read: asIs }).default(fallback);
}

/** Names such as Europe/Kyiv; a bare offset would forget summer time. */
const ZONE_NAME = /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){0,2}$/;

function isTimeZone(value: string): boolean {
  if (!ZONE_NAME.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** The name of a time zone of the IANA database. */
export function timeZone(fallback: string) {
  const sentence = `must be the name of a time zone, for example ${fallback}`;
  return kind({ accepts: isTimeZone, sentence, read: asIs }).default(fallback);
}

/** A cron expression of five fields. */
export function cronExpression(fallback: string) {
  return z
    .string()
    .superRefine((value, context) => {
      const fault = faultInCronExpression(value);
      if (fault) context.addIssue({ code: 'custom', message: `${fault}, for example ${fallback}` });
    })
    .default(fallback);
}

/** Several of a closed list, separated by commas, with a default. */
export function listOf<const V extends string>(values: readonly V[], fallback: readonly NoInfer<V>[]) {
  const sentence = `must be a list of ${values.join(', ')} with commas between, for example ${fallback.join(',')}`;
  const named = (value: string): string[] => value.split(',').map((each) => each.trim());
  const known = (each: string): each is V => values.some((allowed) => allowed === each);
  return z
    .string({ error: sentence })
    .refine((value) => named(value).every(known), { error: sentence })
    .transform((value): readonly V[] => named(value).filter(known))
    .default(fallback);
}

/** A secret that may be left out. Its sentence shows no example that somebody could use. */
export function secret({ minBytes }: { minBytes: number }) {
  const sentence = `must be a secret of ${minBytes} to ${LONGEST_TEXT} bytes, for example the output of a password generator`;
  const accepts = (value: string): boolean => isText(value) && Buffer.byteLength(value) >= minBytes;
  return kind({ accepts, sentence, read: asIs }).optional();
}

/** The rule of S3, without dots: every kind of store accepts such a name. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** The name of a bucket. A store would refuse a wrong one too, but only during a registration. */
export function bucket(fallback: string) {
  const sentence = `must be 3 to 63 lower-case letters, digits and hyphens between them, for example ${fallback}`;
  return kind({ accepts: (value) => BUCKET.test(value), sentence, read: asIs }).default(fallback);
}

/** One server of a list. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
}

/** A name or an address, IPv6 in brackets, and a port. */
const SERVER = /^(?<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>\d{1,5})$/;

function serverIn(value: string): ServerPlace | undefined {
  const { host, port: digits } = SERVER.exec(value.trim())?.groups ?? {};
  if (host === undefined || Number(digits) < 1 || Number(digits) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(digits) };
}

/** Several servers, each with its port, separated by commas; may be left out. */
export function servers(example: string) {
  const sentence = `must be a list of host:port with commas between, for example ${example}`;
  const read = (value: string): readonly ServerPlace[] =>
    value
      .split(',')
      .map(serverIn)
      .filter((server) => server !== undefined);
  const accepts = (value: string): boolean => value.split(',').every((each) => serverIn(each) !== undefined);
  return kind({ accepts, sentence, read }).optional();
}

/** A host as written in an address, in small letters, with its port where that is not the usual one. */
function hostIn(value: string): string | undefined {
  const address = `http://${value.trim()}/`;
  if (!URL.canParse(address)) return undefined;
  const { host, href } = new URL(address);
  return href === `http://${host}/` && host === value.trim().toLowerCase() ? host : undefined;
}

/** Several hosts, each perhaps with a port, separated by commas; may be left out. */
export function hosts(example: string) {
  const sentence = `must be a list of hosts with commas between, for example ${example}`;
  const read = (value: string): readonly string[] =>
    value
      .split(',')
      .map(hostIn)
      .filter((host) => host !== undefined);
  const accepts = (value: string): boolean => value.split(',').every((each) => hostIn(each) !== undefined);
  return kind({ accepts, sentence, read }).optional();
}
