import { readCertificate, type Certificate } from './certificate';
import { readOcspResponse } from './ocsp';
import type { AnswerFault, StatusQuestion, StatusTask, Verdict } from './revocation-evidence';
import { readRevocationList } from './revocation-list';

/** Faults that are found by computing with keys, up to a fifth of a second each: real containers have none of them. */
const COSTLY: readonly AnswerFault[] = ['responder', 'signature', 'algorithm'];
const MOST_COSTLY = 4;

/**
 * What the answers say about the certificate: the first one that counts. Pure computation, made in the threads: a national
 * signature takes as long as that of a container. `known`: certificates of the trust file.
 */
export function statusIn(task: StatusTask, known: readonly Certificate[]): Verdict {
  const question: StatusQuestion = {
    ...task,
    certificate: readCertificate(task.certificate),
    issuer: readCertificate(task.issuer),
    known,
  };
  let verdict: Verdict = { status: 'unknown', why: 'malformed' };
  let costly = 0;
  for (const { kind, bytes } of task.evidence) {
    verdict = kind === 'ocsp' ? readOcspResponse(bytes, question) : readRevocationList(bytes, question);
    // A responder that does not know the certificate has answered; a list knows only what was revoked.
    if (verdict.status !== 'unknown' || verdict.why === 'unknown') return verdict;
    if (COSTLY.includes(verdict.why)) costly += 1;
    if (costly >= MOST_COSTLY) break;
  }
  return verdict;
}
