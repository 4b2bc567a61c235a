import { describe, expect, it } from 'vitest';
import { Refusal } from './refusal';
import { refuseUnlessSeen, seenStatus } from './seen-status';

const IN_REVIEW = { verificationStatus: 'IN_REVIEW', verificationReason: 'MANUAL' };

describe('What somebody saw before they decided', () => {
  it('is the status with its reason, which other programs may have left empty', () => {
    expect(seenStatus(IN_REVIEW)).toBe('IN_REVIEW/MANUAL');
    expect(seenStatus({ verificationStatus: null, verificationReason: null })).toBe('/');
  });

  it.each([undefined, 'IN_REVIEW/MANUAL'])('lets them decide when it is %s', (seen) => {
    expect(() => refuseUnlessSeen(seen, IN_REVIEW)).not.toThrow();
  });

  it.each(['VERIFIED/MANUAL', 'IN_REVIEW/AUTO', '/', ''])('refuses the decision when it is %s', (seen) => {
    expect(() => refuseUnlessSeen(seen, IN_REVIEW)).toThrow(new Refusal('changed_meanwhile'));
  });
});
