import { describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../config/read-settings';
import { clientSettings } from '../../test/fixtures/trembita/open-client';
import { SecurityServerClient } from './security-server.client';

function faultsOf(start: () => unknown): readonly string[] {
  try {
    start();
  } catch (error) {
    if (error instanceof ConfigurationFault) return error.message.split('\n');
  }
  return [];
}

describe('A certificate that cannot be read', () => {
  it('stops the start with a fault for each setting that names one, without its path', () => {
    const tls = { ca: '/no/such/ca', cert: '/no/such/certificate', key: '/no/such/key' };
    const faults = faultsOf(() => new SecurityServerClient(clientSettings('https://127.0.0.1:1/', { tls })));
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'TREMBITA_TLS_CA',
      'TREMBITA_TLS_CERT',
      'TREMBITA_TLS_KEY',
    ]);
    expect(faults.join()).not.toContain('/no/such');
  });
});
