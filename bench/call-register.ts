import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import { Pool } from 'undici';
import { requestWriter } from '../src/mvs-trembita/soap/request-writer';

/**
 * The reference C_http as a process of its own: builds an envelope, sends it, parses the answer and looks for the
 * message id, so many at once, and nothing else. Usage: call-register.ts <url> <in flight> <seconds>.
 */
const [url = '', inFlight = '500', seconds = '5'] = process.argv.slice(2);

/** Connections are opened and the code is compiled before anything is counted. */
const WARM_UP_MS = 1_500;

const identifiers = [
  ['xRoadInstance', 'SEVDEIR-TEST'],
  ['memberClass', 'GOV'],
  ['memberCode', '00000000'],
  ['subsystemCode', 'ehealth'],
] as const;

const write = requestWriter({
  soapVersion: '1.2',
  client: identifiers,
  service: [...identifiers, ['serviceCode', 'CheckPassportDMSStatus']],
  userId: 'ehealth',
  protocolVersion: '4.0',
  serviceCode: 'CheckPassportDMSStatus',
  bodyNamespace: 'urn:eis:mvs',
  fields: ['PassType', 'PasSerial', 'PasNumber'],
});

const headers = { 'content-type': 'application/soap+xml;charset=UTF-8;action="urn:CheckPassportDMSStatus"' };

/** Texts by local name: as little as a caller can get away with. */
function parse(text: string): Map<string, string> {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const texts = new Map<string, string>();
  let local = '';
  parser.on('opentag', (tag) => (local = tag.local));
  parser.on('text', (piece) => texts.set(local, (texts.get(local) ?? '') + piece));
  parser.write(text).close();
  return texts;
}

const pool = new Pool(new URL(url).origin, { connections: Number(inFlight), pipelining: 1 });
const path = new URL(url).pathname;
let isOver = false;
let calls = 0;

async function callOnAndOn(first: number): Promise<void> {
  for (let n = first; !isOver; n += 1) {
    const id = randomUUID();
    const body = write(id, ['0101', 'КВ', String(n % 1_000_000).padStart(6, '0')]);
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const texts = parse(await answer.body.text());
    if (texts.get('id') !== id || texts.get('PasStatus') === undefined) throw new Error('not our answer');
    calls += 1;
  }
}

async function measure(): Promise<void> {
  const callers = Array.from({ length: Number(inFlight) }, (_, n) => callOnAndOn(n * 1_000));
  await wait(WARM_UP_MS);
  const [before, cpuBefore, startedAtMs] = [calls, process.cpuUsage(), performance.now()];
  await wait(Number(seconds) * 1000);
  const { user, system } = process.cpuUsage(cpuBefore);
  const measured = {
    calls: calls - before,
    seconds: (performance.now() - startedAtMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
  isOver = true;
  await Promise.all(callers);
  await pool.close();
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.disconnect?.();
}

void measure();
