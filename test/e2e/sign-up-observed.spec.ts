import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignUpScene } from '../support/sign-up-scene';

let scene: SignUpScene;

beforeAll(async () => {
  scene = await SignUpScene.start();
});
afterAll(() => scene.stop());
beforeEach(() => scene.here.clear());

/** Calls so far that ended in this way. */
async function callsWith(step: string, end: string): Promise<number> {
  const text = await (await scene.here.program.internal('/metrics')).text();
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`sign_ups_total{step="${step}",end="${end}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

/** Lines of the log that name a patient. */
function linesAboutPatients(): Record<string, unknown>[] {
  const lines = scene.here.program.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.filter((line) => 'person_id' in line);
}

describe('Sign-ups in metrics and log', () => {
  it('are counted by what they created', async () => {
    const [mother, father] = [await scene.applicant(), await scene.applicant()];
    const child = scene.contentBy(mother);
    const signed = scene.sign(child, mother);
    await scene.signUp(signed);
    await scene.signUp(signed);
    await scene.signUp(scene.sign(child.confidant(father.personId), father));
    expect(await callsWith('validation', 'validated')).toBe(3);
    expect(await callsWith('registration', 'person_created')).toBe(1);
    expect(await callsWith('registration', 'nothing_created')).toBe(1);
    expect(await callsWith('registration', 'relationship_created')).toBe(1);
  });

  it('leave one line with the ids of the patient and his user, under the id of the request', async () => {
    const before = linesAboutPatients().length;
    const mother = await scene.applicant();
    const { headers, body } = await scene.signUp(scene.sign(scene.contentBy(mother), mother));
    const [line, ...more] = linesAboutPatients().slice(before);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'info',
      end: 'person_created',
      person_id: (body.data?.['person'] as { id: string }).id,
      user_id: (body.data?.['user'] as { id: string }).id,
      request_id: headers.get('x-request-id'),
    });
    expect(JSON.stringify(line)).not.toMatch(/[А-Яа-яІі]/);
  });

  it('are counted by the code of their refusal, those that could not be read among them', async () => {
    const mother = await scene.applicant();
    const signed = scene.sign(scene.contentBy(mother), mother);
    await scene.validate({});
    await scene.validate({ ...signed, signed_content: '!' });
    await scene.register({ ...signed, jwt: 'made up' });
    expect(await callsWith('validation', 'validation_failed')).toBe(1);
    expect(await callsWith('validation', 'signed_content_invalid')).toBe(1);
    expect(await callsWith('registration', 'session_refused')).toBe(1);
  });
});
