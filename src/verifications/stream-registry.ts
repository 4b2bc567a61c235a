import { type FactoryProvider, Inject, Injectable } from '@nestjs/common';
import { DatabaseHealth } from '../database/database-health.service';
import type { Sql } from '../database/transactions';
import { DmsPassportModule, DmsPassportOfPartiesStream, DmsPassportStream } from '../dms-passport';
import type { RegisterStream } from '../domain/verification/register-stream';
import { MvsPassportModule, MvsPassportStream } from '../mvs-passport';
import { UnzrModule, UnzrStream } from '../unzr';
import { PARTIES, PERSONS, type Subject } from './subject';

/** Any stream, where the types of its question and answers do not matter. */
export type AnyRegisterStream = RegisterStream<unknown, string, Sql>;

/** A stream, and whether it is asked about persons or parties. */
export interface CheckedStream {
  readonly stream: AnyRegisterStream;
  readonly subject: Subject;
}

/**
 * A new register stream needs its folder, its classes in these lists, its name in `domain/verification/stream.ts`, its job
 * in `JOB_NAMES`, and its worker module in `WorkerModule`.
 */
export const STREAM_MODULES = [DmsPassportModule, MvsPassportModule, UnzrModule] as const;
const STREAMS_OF_PERSONS = [DmsPassportStream, MvsPassportStream, UnzrStream] as const;
/** Streams that are asked about parties too, with a job of their own. */
const STREAMS_OF_PARTIES = [DmsPassportOfPartiesStream] as const;

/** The token of all checked streams. */
const CHECKED_STREAMS = Symbol('CHECKED_STREAMS');

export const registerStreams: FactoryProvider<readonly CheckedStream[]> = {
  provide: CHECKED_STREAMS,
  inject: [...STREAMS_OF_PERSONS, ...STREAMS_OF_PARTIES],
  useFactory: (...streams: AnyRegisterStream[]) =>
    streams.map((stream, index) => ({
      stream,
      subject: index < STREAMS_OF_PERSONS.length ? PERSONS : PARTIES,
    })),
};

/** Minute, hour, day, month, weekday. */
const SCHEDULE_FIELDS = 5;

/** Columns of every register stream in the table of verifications, after its prefix. */
const COLUMNS = [
  'data_id',
  'data_status',
  'synced_at',
  'verification_status',
  'verification_reason',
  'unverified_at',
  'retry_at',
];

/** All register streams. The program does not start with a stream that is incomplete or registered twice. */
@Injectable()
export class StreamRegistry {
  constructor(
    @Inject(CHECKED_STREAMS) readonly all: readonly CheckedStream[],
    database: DatabaseHealth,
  ) {
    const names = new Set(all.map(({ stream, subject }) => `${stream.name} ${subject.name}`));
    if (names.size !== all.length) throw new Error('A stream is registered twice.');
    for (const { stream, subject } of all) {
      checkStream(stream, (columns) => database.missingColumns(subject.verifications, columns));
    }
  }

  /** The streams of persons. */
  ofPersons(): readonly CheckedStream[] {
    return this.all.filter(({ subject }) => subject === PERSONS);
  }
}

function checkStream(
  { name, answers, dataStatus, job }: AnyRegisterStream,
  missing: (columns: readonly string[]) => readonly string[],
): void {
  const undecided = Object.keys(dataStatus).filter((answer) => answers[answer] === undefined);
  if (undecided.length > 0) throw new Error(`The stream ${name} has no meaning for ${undecided.join(', ')}.`);
  const lacking = missing(COLUMNS.map((column) => `${name}_${column}`));
  if (lacking.length > 0) throw new Error(`The stream ${name} lacks the columns ${lacking.join(', ')}.`);
  if (job.schedule.trim().split(/\s+/).length !== SCHEDULE_FIELDS) {
    throw new Error(`The schedule of the stream ${name} must have five fields.`);
  }
}
