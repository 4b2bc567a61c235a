import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox';
import { CleanUp } from '../clean-up';
import { setLatency } from './register-latency';

describe('The latency of the register during the demo', () => {
  it('is set, and is as before after the clean-up', async () => {
    const sandbox = await startSandbox({ latencyMs: 7 });
    const cleanUp = new CleanUp();
    await setLatency(sandbox.url, 3_000, cleanUp);
    expect(sandbox.behaviour.latencyMs).toBe(3_000);
    await cleanUp.endAll();
    expect(sandbox.behaviour.latencyMs).toBe(7);
    await sandbox.stop();
  });

  it('is nobody’s concern when the sandbox is gone at the clean-up', async () => {
    const sandbox = await startSandbox();
    const cleanUp = new CleanUp();
    const ended: string[] = [];
    cleanUp.later(() => Promise.resolve(ended.push('the step before')));
    await setLatency(sandbox.url, 3_000, cleanUp);
    await sandbox.stop();
    await cleanUp.endAll();
    expect(ended).toEqual(['the step before']);
  });

  it('that cannot be set stops the demo with a sentence', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(setLatency(`http://127.0.0.1:${port}`, 3_000, new CleanUp())).rejects.toThrow(
      'The sandbox register answered its control call with 404.',
    );
    server.close();
    server.closeAllConnections();
  });
});
