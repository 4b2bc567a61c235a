import { describe, expect, it } from 'vitest';
import { readSettings } from '../config/read-settings';
import { TrembitaSettings } from './trembita.settings';

const REQUIRED = {
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/ehealth',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TREMBITA_URL: 'http://127.0.0.1:8080/',
};
const settingsOf = (names: Record<string, string>) =>
  new TrembitaSettings(readSettings({ ...REQUIRED, ...names }, 'worker'));

describe('the settings of the register', () => {
  it('are the same for every method by default, without a version', () => {
    const { methods, refuseSandbox } = settingsOf({});
    expect(refuseSandbox).toBe(false);
    expect(methods.unzr).toMatchObject({
      soapVersion: '1.2',
      action: 'urn:unzr',
      bodyNamespace: 'urn:eis:mvs',
    });
    expect(methods.unzr.service.map(([name]) => name)).not.toContain('serviceVersion');
    expect(methods.unzr.service).toContainEqual(['serviceCode', 'unzr']);
  });

  it('can differ for one method', () => {
    const { methods } = settingsOf({
      TREMBITA_CHECKUNZR_SERVICE_VERSION: 'v0.1',
      TREMBITA_CHECKUNZR_ACTION: 'urn:other',
      TREMBITA_CHECKUNZR_SOAP_VERSION: '1.1',
      TREMBITA_CHECKUNZR_BODY_NAMESPACE: 'urn:one',
      TREMBITA_MVS_BODY_NAMESPACE: 'urn:all',
    });
    expect(methods.checkunzr).toMatchObject({
      soapVersion: '1.1',
      action: 'urn:other',
      bodyNamespace: 'urn:one',
    });
    expect(methods.checkunzr.service.at(-1)).toEqual(['serviceVersion', 'v0.1']);
    expect(methods.CheckPassportStatus).toMatchObject({ soapVersion: '1.2', bodyNamespace: 'urn:all' });
  });

  it('refuse the sandbox in production', () => {
    const production = { NODE_ENV: 'production', PIS_SESSION_SECRET: 'x'.repeat(32) };
    expect(settingsOf(production).refuseSandbox).toBe(true);
  });
});
