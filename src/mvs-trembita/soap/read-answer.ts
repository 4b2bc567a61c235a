import type { TechnicalErrorKind } from '../../domain/technical-error';
import { AnswerRefused, type WhyRefused } from './answer-refused';
import { checkEcho, type Echo } from './check-echo';
import { classifyFault, isFault } from './classify-fault';
import { decodeBody, type ReceivedBody } from './decode-body';
import { parseEnvelope, type XmlElement } from './parse-envelope';
import { soapMessage } from './soap-message';

/** A whole HTTP answer. */
export interface Received extends ReceivedBody {
  readonly status: number;
}

/** What is known before the answer comes. */
export interface Expected<A> {
  readonly messageId: string;
  /** Null when the echo check is off. */
  readonly echo: Echo | null;
  readonly maxBytes: number;
  /** Reads the method's fields out of the body's one child, or throws a refusal. */
  readonly readFields: (bodyChild: XmlElement) => A;
}

/** An answer of the register, or why there is none. */
export type Reading<A> =
  | { readonly ok: true; readonly answer: A }
  | { readonly ok: false; readonly error: TechnicalErrorKind; readonly why: WhyRefused };

/** What shows that no envelope came at all; then a bad HTTP status says more than the body. */
const WITHOUT_ENVELOPE: ReadonlySet<WhyRefused> = new Set(['content_type', 'document_type', 'no_envelope']);

/** Reads an answer. The body decides; the HTTP status is asked only when there is no envelope. */
export function readAnswer<A>(received: Received, expected: Expected<A>): Reading<A> {
  try {
    return { ok: true, answer: readEnvelope(decodeBody(received, expected.maxBytes), expected) };
  } catch (refused) {
    if (!(refused instanceof AnswerRefused)) throw refused;
    const isHttpError = received.status >= 300 && WITHOUT_ENVELOPE.has(refused.why);
    return { ok: false, error: isHttpError ? 'http_error' : refused.error, why: refused.why };
  }
}

function readEnvelope<A>(text: string, expected: Expected<A>): A {
  const { header, bodyChild } = soapMessage(parseEnvelope(text));
  if (isFault(bodyChild)) throw new AnswerRefused(classifyFault(bodyChild), 'fault');
  if (expected.echo !== null) checkEcho(header, expected.echo, expected.messageId);
  return expected.readFields(bodyChild);
}
