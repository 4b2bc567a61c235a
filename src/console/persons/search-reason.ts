import type { Request, Response } from 'express';
import type { ReadingReason } from '../../domain/access/reading-reason';
import { cookieOf, REASON_COOKIE, setCookie } from '../frame/reader';

/** A reason given an hour ago is stated again. */
const KEPT_SECONDS = 60 * 60;

/**
 * Keeps the reason of a search for the card that is opened next. In a cookie and not in the address: a text may name
 * somebody.
 */
export function keepReason(response: Response, { reason, text }: ReadingReason): void {
  const kept = JSON.stringify({ reason, reason_text: text ?? '' });
  setCookie(response, REASON_COOKIE, Buffer.from(kept).toString('base64url'), KEPT_SECONDS);
}

/** The fields of the form that the kept reason fills in; it is validated when the form is submitted. */
export function keptReason(request: Request): Readonly<Record<string, string>> {
  try {
    const kept: unknown = JSON.parse(
      Buffer.from(cookieOf(request, REASON_COOKIE) ?? '', 'base64url').toString(),
    );
    const { reason, reason_text: text } = kept as Readonly<Record<string, unknown>>;
    return typeof reason === 'string' && typeof text === 'string' ? { reason, reason_text: text } : {};
  } catch {
    // There is none, or it is not ours.
    return {};
  }
}
