import { Tinypool } from 'tinypool';
import { readCertificate } from './certificate/read-certificate';
import { checkContainer } from './check-container';
import { endOf, type CheckEnd } from './check-end';

const trusted = Tinypool.workerData as readonly Uint8Array[];
const authorities = trusted.map(readCertificate);

/** Answers one task; without a container there is none, and the thread has only been made ready. */
export default function checkInThread(container: Uint8Array | undefined): CheckEnd | undefined {
  return container === undefined ? undefined : endOf(() => checkContainer(container, authorities));
}
