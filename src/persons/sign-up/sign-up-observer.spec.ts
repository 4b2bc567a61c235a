import { describe, expect, it } from 'vitest';
import { Refusal } from '../../domain/refusal';
import { Log, Metrics } from '../../observability';
import { SignUpObserver } from './sign-up-observer';

const FOUND = {
  id: '9f0c1a52-6f0e-4c3e-9a7e-0d3b5f1c2a10',
  firstName: 'Волошка',
  lastName: 'Чорнобривець',
  secondName: null,
  birthDate: '2019-05-05',
  taxId: null,
};
const IDS = { personId: FOUND.id, userId: '9f0c1a52-6f0e-4c3e-9a7e-0d3b5f1c2a11' };

function observing() {
  const metrics = new Metrics();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const observe = new SignUpObserver(new Log({ LOG_LEVEL: 'debug' }, { write }), metrics);
  const ends = async () => [...(await metrics.text()).matchAll(/^sign_ups_total\{(.*)\} ([1-9]\d*)$/gm)];
  return { observe, lines, reported: async () => (await ends()).map(([, labels, n]) => `${labels} ${n}`) };
}

describe('What an operator sees of sign-ups', () => {
  it.each([
    ['person_created', { found: null, createsRelationship: true, isGuarded: false }],
    ['relationship_created', { found: FOUND, createsRelationship: true, isGuarded: false }],
    ['nothing_created', { found: FOUND, createsRelationship: false, isGuarded: false }],
    ['approval_requested', { found: FOUND, createsRelationship: true, isGuarded: true }],
    ['approval_awaited', { found: FOUND, createsRelationship: false, isGuarded: true }],
  ] as const)(
    'is that a registration ended with %s, for whom by ids, and nothing else',
    async (end, plan) => {
      const { observe, lines, reported } = observing();
      observe.registered({ plan, ...IDS });
      expect(await reported()).toEqual([`step="registration",end="${end}" 1`]);
      expect(lines).toMatchObject([{ level: 'info', end, person_id: IDS.personId, user_id: IDS.userId }]);
      expect(JSON.stringify(lines)).not.toMatch(/[А-Яа-яІі]|2019/);
    },
  );

  it('is the code of a refusal, which is passed on as it was', async () => {
    const { observe, lines, reported } = observing();
    const refusal = new Refusal('person_not_unique');
    await expect(observe.countRefusals('validation', () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await reported()).toEqual(['step="validation",end="person_not_unique" 1']);
    expect(lines).toMatchObject([{ level: 'info', kind: 'validation', end: 'person_not_unique' }]);
  });

  it('is that something unexpected happened, without its words', async () => {
    const { observe, lines, reported } = observing();
    const bug = new Error('Волошка');
    await expect(observe.countRefusals('registration', () => Promise.reject(bug))).rejects.toBe(bug);
    expect(await reported()).toEqual(['step="registration",end="failed" 1']);
    expect(lines).toEqual([]);
  });

  it('is nothing when a call succeeds: the service reports the result', async () => {
    const { observe, lines, reported } = observing();
    expect(await observe.countRefusals('validation', () => Promise.resolve('done'))).toBe('done');
    expect(await reported()).toEqual([]);
    observe.validated();
    expect(await reported()).toEqual(['step="validation",end="validated" 1']);
    expect(lines).toEqual([]);
  });
});
