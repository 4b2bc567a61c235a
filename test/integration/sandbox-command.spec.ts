import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../tools/sandbox';
import { readSandboxArguments } from '../../tools/sandbox/arguments';
import { ask } from './ask-sandbox';

function start(args: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, NODE_ENV: 'development', ...environment };
  const program = ['-r', '@swc-node/register', 'tools/sandbox/main.ts'];
  const child = spawn(process.execPath, [...program, ...args], { env });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...output }));
  return { child, ended };
}

describe('npm run sandbox', () => {
  it('prints its address and nothing else, answers there, and ends on a signal with 143', async () => {
    const { child, ended } = start(['--port', '0', '--failure-rate', '1']);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect((await ask(url, { key: 'ТТ000001' })).text).toContain('PasStatus>1<');
    expect((await ask(url, { key: 'КВ123456' })).text).not.toMatch(/PasStatus>[01]</);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 143, out: `${url}\n` });
  });

  it('refuses an unknown option with 64 and its usage', async () => {
    const { status, out, err } = await start(['--bogus']).ended;
    expect([status, out]).toEqual([64, '']);
    expect(err).toContain('Usage: npm run sandbox');
  });

  it.each([
    [['--port', 'x'], '--port must be a number'],
    [['--failure-rate', '1.5'], '--failure-rate must be a number'],
    [['--latency-ms', '-1'], "'--latency-ms' argument is ambiguous"],
    [['--latency-ms=-1'], '--latency-ms must be a number'],
    [['word'], "Unexpected argument 'word'"],
  ])('refuses %j for its arguments', (args, why) => {
    expect(() => readSandboxArguments(args)).toThrow(why);
  });

  it('does not start in production: 78 and one sentence', async () => {
    const { status, out, err } = await start(['--port', '0'], { NODE_ENV: 'production' }).ended;
    expect([status, out]).toEqual([78, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('ends with 1 when its port is taken', async () => {
    const neighbour = await startSandbox();
    const { status, out } = await start(['--port', String(neighbour.port)]).ended;
    await neighbour.stop();
    expect([status, out]).toEqual([1, '']);
  });
});
