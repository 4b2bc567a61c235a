import { describe, expect, it } from 'vitest';
import { Refusal, REFUSALS, type RefusalCode } from './refusal';

describe('a refusal', () => {
  it('has the sentence of its code', () => {
    const refusal = new Refusal('person_not_active');
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal.code).toBe('person_not_active');
    expect(refusal.message).toBe('Person is not active');
  });

  it('fills the words of its sentence', () => {
    const words = { from: 'VERIFIED', to: 'IN_REVIEW' };
    expect(new Refusal('status_change_refused', { words }).message).toBe(
      "Can't update verification status from VERIFIED to IN_REVIEW",
    );
  });

  it('cannot be created without the values of its sentence', () => {
    expect(() => new Refusal('status_change_refused')).toThrow('has no value for {from}');
  });

  it('carries the run that is already there, and all faults of the fields', () => {
    expect(new Refusal('job_already_running', { runId: 'a' }).details.runId).toBe('a');
    const fault = { entry: '$.status', rule: 'required', description: 'd', params: [] } as const;
    expect(new Refusal('validation_failed', { faults: [fault] }).details.faults).toEqual([fault]);
  });

  it('has a sentence for every code', () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[])
      expect(REFUSALS[code].length).toBeGreaterThan(3);
  });
});
