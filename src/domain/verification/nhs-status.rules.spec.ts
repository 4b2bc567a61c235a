import { describe, expect, it } from 'vitest';
import { NHS_TRIGGERS, type NhsTrigger } from './stream-status.table';
import {
  movesByOfficial,
  nextNhsStatus,
  nextNhsStatusByOfficial,
  NHS_REFUSALS_IN_ORDER,
  NHS_STATUS_TABLE,
} from './nhs-status.rules';
import {
  STREAM_REASONS,
  STREAM_STATUSES,
  type StreamPair,
  type StreamReason,
  type StreamStatus,
} from './stream';

const GROUNDS = Object.keys(NHS_TRIGGERS) as NhsTrigger[];
const EVERY_PAIR = STREAM_STATUSES.flatMap((status) => STREAM_REASONS.map((reason) => pair(status, reason)));

function pair(verificationStatus: StreamStatus, verificationReason: StreamReason): StreamPair {
  return { verificationStatus, verificationReason };
}

/** The pairs, as text, from which the trigger is allowed. */
function startsOf(trigger: NhsTrigger): readonly string[] {
  return EVERY_PAIR.filter((before) => nextNhsStatus(before, trigger).allowed).map(
    ({ verificationStatus, verificationReason }) => `${verificationStatus}/${verificationReason}`,
  );
}

describe('the manual stream of the NHS', () => {
  it('N1: a manual rule makes the stream wait for an official, whatever its status was', () => {
    expect(startsOf('manual_rule_hit')).toHaveLength(EVERY_PAIR.length);
    expect(NHS_STATUS_TABLE.N1).toMatchObject(pair('VERIFICATION_NEEDED', 'RULES_TRIGGERED'));
  });

  it('N2: without a manual rule the stream is VERIFIED and unverified_at is emptied', () => {
    expect(startsOf('no_manual_rule_hit')).toHaveLength(EVERY_PAIR.length);
    expect(NHS_STATUS_TABLE.N2).toMatchObject({ ...pair('VERIFIED', 'RULES_PASSED'), unverifiedAt: 'clear' });
  });

  it('N3: needed scan copies make the stream NOT_VERIFIED from now on', () => {
    expect(startsOf('scan_copies_needed')).toHaveLength(EVERY_PAIR.length);
    expect(NHS_STATUS_TABLE.N3).toMatchObject({
      ...pair('NOT_VERIFIED', 'DOCUMENTS_TRIGGERED'),
      unverifiedAt: 'now',
    });
  });

  it('N4: an official may take three kinds of persons into work and no others', () => {
    expect(startsOf('taken_into_work')).toEqual([
      'VERIFICATION_NEEDED/RULES_TRIGGERED',
      'NOT_VERIFIED/DOCUMENTS_TRIGGERED',
      'NOT_VERIFIED/MANUAL',
    ]);
    expect(NHS_STATUS_TABLE.N4).toMatchObject(pair('IN_REVIEW', 'MANUAL'));
  });

  it('N4: a person who waits for another reason cannot be taken into work', () => {
    const code = 'manual_verification_refused';
    expect(nextNhsStatus(pair('VERIFICATION_NEEDED', 'INITIAL'), 'taken_into_work')).toEqual({
      allowed: false,
      code,
    });
    expect(nextNhsStatus(pair('NOT_VERIFIED', 'AUTO'), 'taken_into_work')).toEqual({ allowed: false, code });
  });

  it('N4: for a person already in work, or verified, the refusal names both statuses', () => {
    const code = 'status_change_refused';
    expect(nextNhsStatus(pair('IN_REVIEW', 'MANUAL'), 'taken_into_work')).toEqual({ allowed: false, code });
    expect(nextNhsStatus(pair('VERIFIED', 'MANUAL'), 'taken_into_work')).toEqual({ allowed: false, code });
  });

  it('N5: only a person in work is accepted, and the comment goes', () => {
    expect(startsOf('accepted')).toEqual(STREAM_REASONS.map((reason) => `IN_REVIEW/${reason}`));
    expect(NHS_STATUS_TABLE.N5).toMatchObject({
      ...pair('VERIFIED', 'MANUAL'),
      unverifiedAt: 'clear',
      comment: 'clear',
    });
  });

  it('N6: only a person in work is rejected, from now on and with a comment', () => {
    expect(startsOf('rejected')).toEqual(STREAM_REASONS.map((reason) => `IN_REVIEW/${reason}`));
    expect(NHS_STATUS_TABLE.N6).toMatchObject({
      ...pair('NOT_VERIFIED', 'MANUAL'),
      unverifiedAt: 'now',
      comment: 'required',
    });
  });

  it('N5, N6: from any other status the refusal names both statuses', () => {
    const refused = { allowed: false, code: 'status_change_refused' };
    expect(nextNhsStatus(pair('VERIFICATION_NEEDED', 'RULES_TRIGGERED'), 'accepted')).toEqual(refused);
    expect(nextNhsStatus(pair('NOT_VERIFIED', 'MANUAL'), 'rejected')).toEqual(refused);
  });

  it('N4–N6: an official asks by the status the row leads to', () => {
    const rows = { IN_REVIEW: 'N4', VERIFIED: 'N5', NOT_VERIFIED: 'N6' } as const;
    for (const before of EVERY_PAIR) {
      for (const [to, name] of Object.entries(rows) as [keyof typeof rows, 'N4' | 'N5' | 'N6'][])
        expect(nextNhsStatusByOfficial(before, to)).toEqual(
          nextNhsStatus(before, NHS_STATUS_TABLE[name].trigger),
        );
    }
  });

  it('N4–N6: the possible moves are exactly those that would not be refused', () => {
    for (const before of EVERY_PAIR) {
      const accepted = STREAM_STATUSES.map((to) => nextNhsStatusByOfficial(before, to));
      const rows = accepted.flatMap((move) => (move.allowed ? [move.row.row] : []));
      expect(movesByOfficial(before).map(({ row }) => row)).toEqual(rows);
    }
  });

  it('N1–N3: an official cannot ask for what only a registration does', () => {
    for (const before of EVERY_PAIR) {
      for (const to of ['VERIFICATION_NEEDED', 'VERIFICATION_NOT_NEEDED'] as const)
        expect(nextNhsStatusByOfficial(before, to)).toEqual({
          allowed: false,
          code: 'status_change_refused',
        });
    }
  });

  it('N1–N6: every trigger belongs to exactly one row', () => {
    expect(Object.values(NHS_STATUS_TABLE).map(({ trigger }) => trigger)).toEqual(GROUNDS);
  });

  it('N4–N6: the refusals are looked for in the published order', () => {
    expect(NHS_REFUSALS_IN_ORDER.map(({ code }) => code)).toEqual([
      'person_not_found',
      'person_not_active',
      'validation_failed',
      'manual_verification_refused',
      'status_change_refused',
      'comment_required',
    ]);
  });
});
