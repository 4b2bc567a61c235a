import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isListed, SCRIPTED_ANSWERS, startSandbox, type Sandbox } from '../../tools/sandbox';
import { ask, contentTypeOf, post, postText, questionXml } from './ask-sandbox';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 'test' });
});
afterEach(() => sandbox.stop());

const control = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, json?: unknown) => {
  const body = json === undefined ? null : JSON.stringify(json);
  const answer = await request(new URL(path, sandbox.url), { method, body });
  return { statusCode: answer.statusCode, text: await answer.body.text() };
};
const statusOf = async (key: string) => {
  const { text } = await ask(sandbox.url, { key });
  return /PasStatus>(-?\d)</.exec(text)?.[1];
};

describe('a question', () => {
  it('is answered in the version of SOAP it was asked in, with its header', async () => {
    for (const soap of ['1.1', '1.2'] as const) {
      const { headers, text } = await ask(sandbox.url, { key: 'ТТ000001', soap, messageId: 'm-1' });
      expect(headers['content-type']).toBe(contentTypeOf(soap));
      expect(text).toContain(soap === '1.1' ? 'schemas.xmlsoap.org' : '2003/05/soap-envelope');
      expect(text).toContain('<xro:id>m-1</xro:id><xro:protocolVersion>4.0</xro:protocolVersion>');
      expect(text).toContain('<iden:subsystemCode>20_EIS_prod</iden:subsystemCode>');
      expect(text).toMatch(/<xro:requestHash algorithmId="[^"]+">[A-Za-z0-9+/]{43}=</);
    }
  });

  it('is answered the same way for checkunzr, with a description', async () => {
    const { text } = await ask(sandbox.url, { method: 'checkunzr', key: SCRIPTED_ANSWERS.FOUND.unzr });
    expect(text).toContain('<ns:Status>1</ns:Status><ns:Description>Запис знайдено</ns:Description>');
  });

  it('gets −1 when a mandatory field is missing', async () => {
    const fields = { PassType: '0101', PasSerial: 'ТТ', PasNumber: '' };
    expect((await ask(sandbox.url, { key: '', fields })).text).toContain('<ns:PasStatus>-1<');
  });

  it.each([
    ['is no XML', 'hello', 'Client.InvalidXml'],
    ['has a DOCTYPE', '<!DOCTYPE a><a/>', 'Client.InvalidXml'],
    ['is no envelope', '<a/>', 'Client.InvalidSoap'],
    ['is cut off', questionXml({ key: 'КВ123456' }).slice(0, -5), 'Client.InvalidXml'],
    ['has no id', questionXml({ key: 'КВ123456', messageId: '' }), 'Client.MissingHeaderField'],
    [
      'has an old protocol',
      questionXml({ key: 'КВ123456' }).replace('4.0', '3.0'),
      'Client.InvalidProtocolVersion',
    ],
    [
      'names an unknown service',
      questionXml({ key: 'КВ123456' }).replaceAll('CheckPassport', 'X'),
      'UnknownService',
    ],
    ['is longer than 64 KB', `<a>${' '.repeat(70_000)}</a>`, 'Client.InvalidRequest'],
  ])('that %s is refused with a fault', async (_what, text, code) => {
    const answer = await postText(sandbox.url, text);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.text).toContain(code);
    expect(answer.text).not.toContain('    at ');
    expect(sandbox.requestCount).toBe(0);
  });

  it('of SOAP 1.2 under the content type of 1.1 is refused', async () => {
    const { text } = await postText(sandbox.url, questionXml({ key: 'КВ123456' }), contentTypeOf('1.1'));
    expect(text).toContain('Client.InvalidContentType');
  });

  it('about an undocumented passport is answered by the documented share, as the function predicts', async () => {
    for (let number = 100_000; number < 100_100; number += 1) {
      const key = `КВ${number}`;
      expect(await statusOf(key)).toBe(isListed('CheckPassportDMSStatus', key) ? '1' : '0');
    }
  });
});

describe('from within the process', () => {
  it('answers are held and released, those before the hold and beside it are not', async () => {
    const release = sandbox.hold({ key: 'КВ123456', next: 1 });
    const first = ask(sandbox.url, { key: 'КВ123456' }).then(() => 'first');
    await sandbox.waitForRequests(1, 'КВ123456');
    const second = ask(sandbox.url, { key: 'КВ123456' }).then(() => 'second');
    expect(await Promise.race([first, second])).toBe('second');
    release();
    expect(await first).toBe('first');
  });

  it('a held answer is the one the register had when it was asked', async () => {
    sandbox.answer('КВ123456', 'NOT_FOUND');
    sandbox.hold();
    const older = statusOf('КВ123456');
    await sandbox.waitForRequests(1);
    sandbox.answer('КВ123456', 'FOUND');
    sandbox.release();
    expect(await older).toBe('0');
    expect(await statusOf('КВ123456')).toBe('1');
  });

  it('down cuts the connections on which an answer is owed, and normal brings the register back', async () => {
    sandbox.hold();
    const owed = post(sandbox.url, { key: 'КВ123456' });
    const refused = expect(owed).rejects.toThrow();
    await sandbox.waitForRequests(1);
    sandbox.mode('down');
    await refused;
    sandbox.release();
    await expect(post(sandbox.url, { key: 'КВ123456' })).rejects.toThrow();
    sandbox.mode('normal');
    expect(await statusOf('ТТ000001')).toBe('1');
  });

  it('a share of the answers fails, the same in each sandbox of one seed, and a later try may succeed', async () => {
    sandbox.failureRate(0.3);
    const keys = Array.from({ length: 300 }, (_, index) => `КВ${200_000 + index}`);
    const failures = async (url: string) => {
      const failed: string[] = [];
      for (const key of keys) {
        const { text } = await ask(url, { key });
        if (!/PasStatus>[01]</.test(text)) failed.push(key);
      }
      return failed;
    };
    const twin = await startSandbox({ seed: 'test', failureRate: 0.3 });
    const first = await failures(sandbox.url);
    expect(await failures(twin.url)).toEqual(first);
    await twin.stop();
    expect(first.length).toBeGreaterThan(60);
    expect(first.length).toBeLessThan(120);
    const again = await failures(sandbox.url);
    expect(first.filter((key) => !again.includes(key)).length).toBeGreaterThan(20);
    expect(await statusOf('ТТ000001')).toBe('1');
  });

  it('an answer takes at least the latency', async () => {
    sandbox.latency(30);
    const startedAt = performance.now();
    await ask(sandbox.url, { key: 'КВ123456' });
    // Timers may fire a millisecond early by the other clock.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
  });

  it('stop ends hanging connections', async () => {
    const hanging = post(sandbox.url, { key: SCRIPTED_ANSWERS.HANG.passport });
    const cut = expect(hanging).rejects.toThrow();
    await sandbox.waitForRequests(1);
    await sandbox.stop();
    await cut;
  });
});

describe('the control routes', () => {
  it('list the requests from a sequence number on', async () => {
    await ask(sandbox.url, { key: 'КВ123456', messageId: 'one' });
    await ask(sandbox.url, { key: 'КВ123457', messageId: 'two' });
    const { text } = await control('GET', '/requests?since=1&wait=2');
    const [record, ...more] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ sequence: 2, messageId: 'two', key: 'КВ123457', ended: 'answered' });
  });

  it('wait for requests to arrive', async () => {
    const waiting = control('GET', '/requests?wait=1');
    await ask(sandbox.url, { key: 'КВ123456' });
    expect((await waiting).text).toContain('КВ123456');
  });

  it('change mode, latency, failures and holding', async () => {
    const wanted = { mode: 'http_503', latencyMs: 5, failureRate: 0.5, hold: true };
    expect(JSON.parse((await control('POST', '/control', wanted)).text)).toEqual(wanted);
    const held = ask(sandbox.url, { key: 'КВ123456' });
    await sandbox.waitForRequests(1);
    await control('POST', '/control', { hold: false });
    expect((await held).statusCode).toBe(503);
  });

  it('mark passports as found and not found, and forget it', async () => {
    const listed = isListed('CheckPassportDMSStatus', 'КВ123456') ? '1' : '0';
    await control('PUT', '/register', { found: ['КВ123456'], notFound: ['КВ123457'] });
    expect([await statusOf('КВ123456'), await statusOf('КВ123457')]).toEqual(['1', '0']);
    await control('PUT', '/register', { answers: { КВ123456: 'MINUS_1' } });
    expect(await statusOf('КВ123456')).toBe('-1');
    await control('DELETE', '/register');
    expect(await statusOf('КВ123456')).toBe(listed);
  });

  it('refuse what they do not know, and change nothing then', async () => {
    const before = (await control('GET', '/control')).text;
    for (const json of [{ mode: 'sideways' }, { latencyMs: -1 }, { unknown: 1 }, 'text']) {
      const { statusCode, text } = await control('POST', '/control', json);
      expect(statusCode).toBe(400);
      expect(text).not.toContain('    at ');
    }
    expect((await control('PUT', '/control')).statusCode).toBe(405);
    expect((await control('GET', '/control')).text).toBe(before);
  });
});
