import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticationMethodsOf, relationshipsOf, usersOf } from '../support/builders';
import { SignUpFixture } from '../support/sign-up-fixture';

let fixture: SignUpFixture;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.env.clear());

describe('Sign-up of a patient through a confidant person', () => {
  it('makes person, relationship, method, user and token of one signed document', async () => {
    const applicant = await fixture.applicant();
    const content = fixture.contentBy(applicant).build();
    const { status, body } = await fixture.signUp(fixture.sign(content, applicant));
    expect(body.error).toBeUndefined();
    expect(status).toBe(201);
    const person = body.data?.['person'] as { id: string };
    expect(await relationshipsOf(fixture.env.sql, person.id)).toHaveLength(1);
    expect(await authenticationMethodsOf(fixture.env.sql, person.id)).toHaveLength(1);
    expect(await usersOf(fixture.env.sql, person.id)).toHaveLength(1);
  });
});
