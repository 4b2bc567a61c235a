import type { Sql } from '../database/transactions';
import type { RegisterStream } from '../domain/verification/register-stream';
import { DmsPassportModule, DmsPassportOfPartiesStream, DmsPassportStream } from '../dms-passport';
import { MvsPassportModule, MvsPassportStream } from '../mvs-passport';
import { UnzrModule, UnzrStream } from '../unzr';

/** Any stream, where neither its question nor its answers matter. */
export type AnyRegisterStream = RegisterStream<unknown, string, Sql>;

/** The roll call: a register stream is one folder and one line here. */
export const STREAM_MODULES = [DmsPassportModule, MvsPassportModule, UnzrModule] as const;
export const STREAM_CLASSES = [DmsPassportStream, MvsPassportStream, UnzrStream] as const;
/** Those that are asked about parties as well, by jobs of their own. */
export const PARTY_STREAM_CLASSES = [DmsPassportOfPartiesStream] as const;

/** The jobs of all streams, by name. */
export const VERIFICATION_JOBS: readonly string[] = [...STREAM_CLASSES, ...PARTY_STREAM_CLASSES].map(
  ({ JOB }) => JOB,
);

/** Ask for it with `@Inject(REGISTER_STREAMS)`: all streams of the roll call. */
export const REGISTER_STREAMS = Symbol('REGISTER_STREAMS');

/** Minute, hour, day, month, weekday. */
const SCHEDULE_FIELDS = 5;

/** What every register stream has in a table of verifications, after its prefix. */
const COLUMNS = [
  'data_id',
  'data_status',
  'synced_at',
  'verification_status',
  'verification_reason',
  'unverified_at',
];
const OURS = 'retry_at';

/** Tells which of the columns of the table of verifications are missing. */
export type MissingColumns = (columns: readonly string[]) => readonly string[];

/** Start-up refuses a stream without columns, schedule or complete table of answers, or one that stands here twice. */
export function checkStreams(streams: readonly AnyRegisterStream[], missing: MissingColumns): void {
  const names = new Set(streams.map(({ name }) => name));
  if (names.size !== streams.length) throw new Error('A stream stands twice in the roll call.');
  for (const { name, answers, dataStatus, job } of streams) {
    const undecided = Object.keys(dataStatus).filter((answer) => answers[answer] === undefined);
    if (undecided.length > 0)
      throw new Error(`The stream ${name} does not say what ${undecided.join(', ')} means.`);
    const lacking = missing([...COLUMNS, OURS].map((column) => `${name}_${column}`));
    if (lacking.length > 0) throw new Error(`The stream ${name} lacks the columns ${lacking.join(', ')}.`);
    if (job.schedule.trim().split(/\s+/).length !== SCHEDULE_FIELDS) {
      throw new Error(`The stream ${name} has no schedule.`);
    }
  }
}
