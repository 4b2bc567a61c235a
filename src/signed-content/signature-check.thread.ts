import { Tinypool } from 'tinypool';
import { readCertificate } from './certificate';
import { checkContainer, resultOf, type CheckResult } from './container-check';

/*
 * The file a thread starts from. It must not load native code: a thread that is terminated while native code loads can
 * take the whole process with it.
 */
const trusted = Tinypool.workerData as readonly Uint8Array[];
const authorities = trusted.map(readCertificate);

/** Checks one container. Without one it does nothing: the call only made the thread load its code. */
export default function checkInThread(container: Uint8Array | undefined): CheckResult | undefined {
  return container === undefined ? undefined : resultOf(() => checkContainer(container, authorities));
}
