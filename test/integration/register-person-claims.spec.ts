import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClaimRepository } from '../../src/verifications/claim.repository';
import { FactsRepository } from '../../src/verifications/facts.repository';
import { PERSONS } from '../../src/verifications/subject';
import { aPerson, savePersons } from '../support/builders';
import { aSignUpContent } from '../support/sign-up-content';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { registered, REGISTERED_ON } from '../support/registrations';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
/** Last within any branch that is read in the order of ids. */
const LAST_ID = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

let registry: Registry;
let claims: ClaimRepository;
let runId: string;

beforeAll(async () => {
  registry = await openRegistry();
  claims = new ClaimRepository(registry.transactions, new FactsRepository());
});
afterAll(() => registry.close());
beforeEach(async () => {
  await emptyTables(registry.sql);
  runId = randomUUID();
  const text = `INSERT INTO mpi.job_runs (id, job, started_at, status) VALUES ($1, 'some-job', now(), 'RUNNING')`;
  await registry.sql.query({ text }, [runId]);
});

/** Whom the next claim of the job takes. */
async function claimed(size: number): Promise<string[]> {
  const claimant = {
    stream: 'dms_passport' as const,
    subject: PERSONS,
    runId,
    worker: 'one',
    leaseSeconds: 30,
    actorId: SYSTEM_USER_ID,
    threshold: new Date('2021-01-01'),
  };
  const { persons } = await claims.claimReady(claimant, size, []);
  return persons.map(({ facts }) => facts.personId);
}

const withPassport = aSignUpContent(REGISTERED_ON)
  .aged(15)
  .withOnlyDocument('PASSPORT', 'ЯЩ000017')
  .withoutTaxId();

describe('A person registered with a passport', () => {
  it('is the first whom the next claim takes, before others in need and before those who were verified', async () => {
    const waiting = aPerson().withPassport('КВ123456');
    const verified = aPerson().withPassport('КВ123457');
    const verifiedLongAgo = aPerson().withPassport('КВ123458');
    const others = await savePersons(registry.sql, [
      waiting.stream('dms_passport', 'VERIFICATION_NEEDED', 'INITIAL'),
      verified.stream('dms_passport', 'VERIFIED', 'AUTO_VALID'),
      verifiedLongAgo.stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: '2019-01-01' }),
    ]);
    await registered(registry, withPassport.build(), { id: LAST_ID });
    expect(await claimed(1)).toEqual([LAST_ID]);
    expect(await claimed(10)).toEqual(others);
  });

  it('is taken with the document that was signed', async () => {
    await registered(registry, withPassport.build(), { id: LAST_ID });
    const facts = await new FactsRepository().ofPerson(registry.sql, LAST_ID);
    expect(await claimed(1)).toEqual([LAST_ID]);
    expect(facts.documents).toMatchObject([{ type: 'PASSPORT', number: 'ЯЩ000017' }]);
  });

  it('is not taken before the registration is committed', async () => {
    const beforeCommit = async (): Promise<void> => expect(await claimed(1)).toEqual([]);
    await registered(registry, withPassport.build(), { id: LAST_ID, beforeCommit });
    expect(await claimed(1)).toEqual([LAST_ID]);
  });
});

describe('A person registered without a document of the register', () => {
  it('is never taken', async () => {
    await registered(registry, aSignUpContent(REGISTERED_ON).aged(5).build());
    expect(await claimed(1)).toEqual([]);
  });
});
