import { Tinypool } from 'tinypool';
import { readCertificate } from './certificate';
import { checkContainer, resultOf, type CheckResult } from './container-check';
import type { Trust } from './trusted-authorities';

/*
 * The file a thread starts from. It must not load native code: a thread that is terminated while native code loads can
 * take the whole process with it.
 */
const { certificates, mustBeQualified } = Tinypool.workerData as Trust;
const authorities = certificates.map(readCertificate);

/** Checks one container. Without one it does nothing: the call only made the thread load its code. */
export default function checkInThread(container: Uint8Array | undefined): CheckResult | undefined {
  if (container === undefined) return undefined;
  return resultOf(() => checkContainer(container, authorities, { mustBeQualified }));
}
