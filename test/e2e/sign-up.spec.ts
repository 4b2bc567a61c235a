import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authenticationMethodsOf, relationshipsOf, usersOf } from '../support/builders';
import { SignUpScene } from '../support/sign-up-environment';

let scene: SignUpScene;

beforeAll(async () => {
  scene = await SignUpScene.start();
});
afterAll(() => scene.stop());
beforeEach(() => scene.here.clear());

describe('Sign-up of a patient through a confidant person', () => {
  it('makes person, relationship, method, user and token of one signed document', async () => {
    const applicant = await scene.applicant();
    const content = scene.contentBy(applicant).build();
    const { status, body } = await scene.signUp(scene.sign(content, applicant));
    expect(body.error).toBeUndefined();
    expect(status).toBe(201);
    const person = body.data?.['person'] as { id: string };
    expect(await relationshipsOf(scene.here.sql, person.id)).toHaveLength(1);
    expect(await authenticationMethodsOf(scene.here.sql, person.id)).toHaveLength(1);
    expect(await usersOf(scene.here.sql, person.id)).toHaveLength(1);
  });
});
