import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignUpContent } from '../../src/domain/person/person-request';
import { aSignUpContent } from '../support/sign-up-content';
import { columnsOf, pairIn, registered } from '../support/registrations';
import { openRegistry, type Registry } from '../support/database';

const ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';
const ABSENT = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

describe('The age that counts', () => {
  const BIRTHDAY = '2026-06-15';
  /** Without a tax number the tax register is asked about from the age of 15 on. */
  const refusesTaxId = (birthDate: string): SignUpContent =>
    aSignUpContent(BIRTHDAY).born(birthDate).withOnlyDocument('PASSPORT').withoutTaxId().build();

  it.each([
    { what: '14 years and a day', birthDate: '2012-06-14', drfo: ABSENT },
    { what: '15 years less a day', birthDate: '2011-06-16', drfo: ABSENT },
    { what: '15 years to the day', birthDate: '2011-06-15', drfo: ASKED },
  ])('is that of whole years: at $what drfo begins as $drfo', async ({ birthDate, drfo }) => {
    const now = new Date(`${BIRTHDAY}T10:00:00Z`);
    const personId = await registered(registry, refusesTaxId(birthDate), { now });
    expect(pairIn(await columnsOf(registry, personId), 'drfo')).toBe(drfo);
  });

  it.each([
    { utc: '2026-06-14T20:59:59.999Z', drfo: ABSENT },
    { utc: '2026-06-14T21:00:00.000Z', drfo: ASKED },
  ])('is that of the day in Kyiv: at $utc drfo begins as $drfo', async ({ utc, drfo }) => {
    const personId = await registered(registry, refusesTaxId('2011-06-15'), { now: new Date(utc) });
    expect(pairIn(await columnsOf(registry, personId), 'drfo')).toBe(drfo);
  });
});
