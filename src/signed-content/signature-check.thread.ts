import { Tinypool } from 'tinypool';
import { readCertificate } from './certificate';
import { statusIn } from './certificate-status';
import { checkContainer, resultOf, type CheckResult } from './container-check';
import type { StatusTask, Verdict } from './revocation-evidence';
import type { Trust } from './trusted-authorities';

/*
 * The file a thread starts from. It must not load native code: a thread that is terminated while native code loads can
 * take the whole process with it.
 */
const { certificates, mustBeQualified } = Tinypool.workerData as Trust;
const authorities = certificates.map(readCertificate);

/** A container to check, or answers about the status of a certificate to read. */
type ThreadTask = Uint8Array | StatusTask;

/** Carries out one task. Without one it does nothing: the call only made the thread load its code. */
export default function checkInThread(task: ThreadTask | undefined): CheckResult | Verdict | undefined {
  if (task === undefined) return undefined;
  if (task instanceof Uint8Array)
    return resultOf(() => checkContainer(task, authorities, { mustBeQualified }));
  return statusIn(task, authorities);
}
