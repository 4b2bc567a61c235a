import type { Sql } from '../database/transactions';
import type { RegisterStream } from '../domain/verification/register-stream';
import { DmsPassportModule, DmsPassportStream } from '../dms-passport';

/** Any stream, where neither its question nor its answers matter. */
export type AnyRegisterStream = RegisterStream<unknown, string, Sql>;

/** The roll call: a register stream is one folder and one line here. */
export const STREAM_MODULES = [DmsPassportModule] as const;
export const STREAM_CLASSES = [DmsPassportStream] as const;

/** Minute, hour, day, month, weekday. */
const SCHEDULE_FIELDS = 5;

/** Start-up refuses a stream whose table of answers or timetable is not complete, or that stands here twice. */
export function checkStreams(streams: readonly AnyRegisterStream[]): void {
  const names = new Set(streams.map(({ name }) => name));
  if (names.size !== streams.length) throw new Error('A stream stands twice in the roll call.');
  for (const { name, answers, dataStatus, timetable } of streams) {
    const undecided = Object.keys(dataStatus).filter((answer) => answers[answer] === undefined);
    if (undecided.length > 0) throw new Error(`The stream ${name} does not say what ${undecided.join(', ')} means.`);
    if (timetable.schedule.trim().split(/\s+/).length !== SCHEDULE_FIELDS) {
      throw new Error(`The stream ${name} has no schedule.`);
    }
  }
}
