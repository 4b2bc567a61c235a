import { Tinypool } from 'tinypool';
import { Refusal } from '../domain/refusal';
import { describeError } from '../observability';
import { readCertificate } from './certificate/read-certificate';
import { checkContainer } from './check-container';
import type { CheckEnd } from './check-end';

const trusted = Tinypool.workerData as readonly Uint8Array[];
const authorities = trusted.map(readCertificate);

function endOf(container: Uint8Array): CheckEnd {
  try {
    const { content, signedAt, signer } = checkContainer(container, authorities);
    return { kind: 'signed', content: new Uint8Array(content), signedAtMs: signedAt.getTime(), signer };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    return { kind: 'failed', places: describeError(error).toJSON().at ?? [] };
  }
}

/** Answers one task; without a container there is none, and the thread has only been made ready. */
export default function checkInThread(container: Uint8Array | undefined): CheckEnd | undefined {
  return container === undefined ? undefined : endOf(container);
}
