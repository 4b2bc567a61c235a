import { minuteInKyiv } from '../calendar-day';
import {
  NHS_ROW_WORDS,
  type Phrase,
  REASON_WORDS,
  STATUS_WORDS,
  STREAM_ROW_WORDS,
  STREAM_WORDS,
} from './explanation.texts';
import {
  REGISTER_STREAMS,
  STREAM_REASONS,
  STREAM_STATUSES,
  type StreamName,
  type StreamPair,
  type StreamReason,
  STREAMS,
  type StreamStatus,
} from './stream';

/** One change of one stream, read from an audit row. */
export interface ReadChange {
  readonly stream: StreamName;
  /** The status begins with the person. */
  readonly isInitial: boolean;
  readonly after: StreamPair;
}

/** What an audit row says about a change. The texts are not trusted: other programs write audit rows too. */
export interface RecordedChange {
  readonly at: Date;
  readonly row: string | null;
  readonly changeset: Readonly<Record<string, unknown>> | null;
  readonly runId: string | null;
  readonly messageId: string | null;
  /** Of the call to the register, in milliseconds. */
  readonly durationMs: number | null;
}

/**
 * A change in a sentence: when, the status after it, why, and by which row of the tables. It is made of dictionaries,
 * ids, times and numbers only, so no personal data can enter, whatever is in the audit row.
 */
export function explanationOf(recorded: RecordedChange): Phrase {
  const change = readChange(recorded.changeset);
  if (change === undefined) return sentence(recorded, UNREADABLE);
  const why = wordsOf(change, recorded.row);
  const status = STATUS_WORDS[change.after.verificationStatus];
  return sentence(recorded, {
    uk: `${status.uk}: ${why.uk}`,
    en: `${status.en}: ${why.en}`,
  });
}

/** The stream of a change, with its status and reason after it; undefined if these are not all there. */
export function readChange(changeset: RecordedChange['changeset']): ReadChange | undefined {
  const stream = STREAMS.find((name) => changeset?.[`${name}_verification_status`] !== undefined);
  if (stream === undefined) return undefined;
  const status = oldAndNew(changeset?.[`${stream}_verification_status`]);
  const reason = oldAndNew(changeset?.[`${stream}_verification_reason`]);
  const after = pairOf(status.new, reason.new);
  return after === undefined ? undefined : { stream, isInitial: status.old === null, after };
}

const UNREADABLE: Phrase = { uk: 'запис про зміну стану верифікації', en: 'a record of the verification' };

/** By the row of the tables; without one, by the reason of the stream. */
function wordsOf({ stream, isInitial, after }: ReadChange, row: string | null): Phrase {
  const byRow = rowWords(stream, row);
  if (byRow !== undefined) return withRow(byRow, row);
  const [name, reason] = [STREAM_WORDS[stream], REASON_WORDS[after.verificationReason]];
  return isInitial
    ? {
        uk: `${name.uk}; стан під час реєстрації: ${reason.uk}`,
        en: `${name.en}; state at registration: ${reason.en}`,
      }
    : { uk: `${name.uk}; причина: ${reason.uk}`, en: `${name.en}; reason: ${reason.en}` };
}

function rowWords(stream: StreamName, row: string | null): Phrase | undefined {
  const register = REGISTER_STREAMS.find((name) => name === stream);
  const words: Readonly<Record<string, Phrase>> =
    register !== undefined ? STREAM_ROW_WORDS[register] : stream === 'nhs' ? NHS_ROW_WORDS : {};
  return row !== null && Object.hasOwn(words, row) ? words[row] : undefined;
}

const withRow = ({ uk, en }: Phrase, row: string | null): Phrase => ({
  uk: `${uk} (${row})`,
  en: `${en} (${row})`,
});

function sentence(recorded: RecordedChange, { uk, en }: Phrase): Phrase {
  const minute = minuteInKyiv(recorded.at);
  const call = callOf(recorded);
  return {
    uk: `${minute} — ${uk}.${call.uk}`,
    en: `${minute} — ${en}.${call.en}`,
  };
}

/** The call to the register that led to the change: message, run, duration. */
function callOf({ messageId, runId, durationMs }: RecordedChange): Phrase {
  const [message, run] = [shortId(messageId), shortId(runId)];
  const uk = [
    message && `повідомлення ${message}`,
    run && `запуск ${run}`,
    durationMs !== null && `${Math.round(durationMs)} мс`,
  ];
  const en = [
    message && `message ${message}`,
    run && `run ${run}`,
    durationMs !== null && `${Math.round(durationMs)} ms`,
  ];
  return { uk: listed(uk), en: listed(en) };
}

function listed(parts: readonly (string | false | undefined)[]): string {
  const text = parts.filter((part) => typeof part === 'string').join(', ');
  return text === '' ? '' : ` ${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The first group of a UUID: enough to find the id beside the sentence. */
function shortId(id: string | null): string | undefined {
  return id !== null && UUID.test(id) ? `${id.slice(0, id.indexOf('-'))}…` : undefined;
}

function oldAndNew(change: unknown): { readonly old: unknown; readonly new: unknown } {
  const { old_value: before, new_value: after } = (change ?? {}) as Readonly<Record<string, unknown>>;
  return { old: before, new: after };
}

function pairOf(status: unknown, reason: unknown): StreamPair | undefined {
  const verificationStatus = STREAM_STATUSES.find((known): known is StreamStatus => known === status);
  const verificationReason = STREAM_REASONS.find((known): known is StreamReason => known === reason);
  return verificationStatus === undefined || verificationReason === undefined
    ? undefined
    : { verificationStatus, verificationReason };
}
