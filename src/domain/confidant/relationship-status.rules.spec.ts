import { describe, expect, it } from 'vitest';
import { RELATIONSHIP_DOCUMENT_TYPES } from '../person/dictionaries';
import {
  type AskedMove,
  type MovedRelationship,
  nextRelationshipStatus,
  relationshipMovesFrom,
  RELATIONSHIP_REASONS,
  RELATIONSHIP_STATUSES,
  type RelationshipStatus,
  RELATIONSHIP_REFUSALS_IN_ORDER,
  RELATIONSHIP_STATUS_TABLE,
} from './relationship-status.rules';

/** With everything an official can bring along. */
const asked = (verificationStatus: RelationshipStatus, changes: Partial<AskedMove> = {}): AskedMove => ({
  verificationStatus,
  comment: 'звірено з оригіналом',
  dracsBirthActId: '5a5b1c9e-0000-4000-8000-000000000002',
  ...changes,
});

/** Nothing in the hands. */
const NOTHING = { comment: null, dracsBirthActId: null };

const EVERY_PAIR: readonly MovedRelationship[] = [null, ...RELATIONSHIP_STATUSES].flatMap(
  (verificationStatus) =>
    [null, ...RELATIONSHIP_REASONS].map((verificationReason) => ({
      verificationStatus,
      verificationReason,
      documentTypes: [],
    })),
);

const IN_WORK: MovedRelationship = {
  verificationStatus: 'IN_REVIEW',
  verificationReason: 'MANUAL',
  documentTypes: [],
};

/** The pairs, as text, from which an official who brings everything along may go there. */
const startsOf = (to: RelationshipStatus): readonly string[] =>
  EVERY_PAIR.filter((before) => nextRelationshipStatus(before, asked(to)).allowed).map(
    ({ verificationStatus, verificationReason }) => `${verificationStatus}/${verificationReason}`,
  );

const refused = (why: string) => ({ allowed: false, why });

describe('A change of a relationship by an official', () => {
  it('R1: takes into work what a register refuted and what waits, and requires nothing', () => {
    expect(startsOf('IN_REVIEW')).toEqual([
      ...['null', ...RELATIONSHIP_REASONS].map((reason) => `VERIFICATION_NEEDED/${reason}`),
      'NOT_VERIFIED/AUTO',
    ]);
    const waiting: MovedRelationship = { ...IN_WORK, verificationStatus: 'VERIFICATION_NEEDED' };
    expect(nextRelationshipStatus(waiting, asked('IN_REVIEW', NOTHING))).toEqual({
      allowed: true,
      row: expect.objectContaining({
        row: 'R1',
        verificationStatus: 'IN_REVIEW',
        verificationReason: 'MANUAL',
        unverifiedAt: 'keep',
        dracsBirthSyncedAt: 'keep',
      }),
    });
  });

  it('R2: puts anything back into the queue, also what other programs left without a status', () => {
    expect(startsOf('VERIFICATION_NEEDED')).toHaveLength(EVERY_PAIR.length);
    for (const before of EVERY_PAIR)
      expect(nextRelationshipStatus(before, asked('VERIFICATION_NEEDED', NOTHING))).toEqual({
        allowed: true,
        row: RELATIONSHIP_STATUS_TABLE.R2,
      });
    expect(RELATIONSHIP_STATUS_TABLE.R2).toMatchObject({
      verificationReason: 'MANUAL',
      unverifiedAt: 'keep',
      dracsBirthSyncedAt: 'clear',
    });
  });

  it('R3: rejects only what is in work by hand, from now on', () => {
    expect(startsOf('NOT_VERIFIED')).toEqual(['IN_REVIEW/MANUAL']);
    expect(RELATIONSHIP_STATUS_TABLE.R3).toMatchObject({ verificationReason: 'MANUAL', unverifiedAt: 'now' });
  });

  it('R3: asks for a comment, whatever else is there', () => {
    expect(nextRelationshipStatus(IN_WORK, asked('NOT_VERIFIED', { comment: null }))).toEqual(
      refused('comment_required'),
    );
  });

  it('R4: accepts only what is in work by hand', () => {
    expect(startsOf('VERIFIED')).toEqual(['IN_REVIEW/MANUAL']);
    expect(RELATIONSHIP_STATUS_TABLE.R4).toMatchObject({
      verificationReason: 'MANUAL',
      dracsBirthActId: 'given',
    });
  });

  it.each(RELATIONSHIP_DOCUMENT_TYPES)(
    'R4: with %s among the documents, an act of birth is enough',
    (type) => {
      const before = { ...IN_WORK, documentTypes: [type] };
      expect(nextRelationshipStatus(before, asked('VERIFIED', { comment: null })).allowed).toBe(true);
    },
  );

  it('R4: a birth certificate is proved by its act and not by words', () => {
    const before = { ...IN_WORK, documentTypes: ['DOCUMENT', 'BIRTH_CERTIFICATE'] as const };
    for (const comment of [null, 'звірено'])
      expect(nextRelationshipStatus(before, asked('VERIFIED', { comment, dracsBirthActId: null }))).toEqual(
        refused('birth_act_missing'),
      );
  });

  it.each(RELATIONSHIP_DOCUMENT_TYPES.filter((type) => type !== 'BIRTH_CERTIFICATE'))(
    'R4: with %s alone a comment is sufficient, and required',
    (type) => {
      const before = { ...IN_WORK, documentTypes: [type] };
      expect(nextRelationshipStatus(before, asked('VERIFIED', { dracsBirthActId: null })).allowed).toBe(true);
      expect(nextRelationshipStatus(before, asked('VERIFIED', NOTHING))).toEqual(refused('comment_required'));
    },
  );

  it('R4: without any document a comment is required', () => {
    expect(nextRelationshipStatus(IN_WORK, asked('VERIFIED', NOTHING))).toEqual(refused('comment_required'));
  });

  it('R1, R3, R4: a change without a row is refused before anything that is missing', () => {
    for (const before of EVERY_PAIR)
      for (const to of ['IN_REVIEW', 'NOT_VERIFIED', 'VERIFIED'] as const)
        if (!nextRelationshipStatus(before, asked(to)).allowed)
          expect(nextRelationshipStatus(before, asked(to, NOTHING))).toEqual(
            refused('status_change_refused'),
          );
  });

  it('R1–R4: what an official is offered is what they may do when they bring everything along', () => {
    for (const before of EVERY_PAIR)
      expect(
        relationshipMovesFrom(before)
          .map(({ verificationStatus }) => verificationStatus)
          .sort(),
      ).toEqual(
        RELATIONSHIP_STATUSES.filter((to) => nextRelationshipStatus(before, asked(to)).allowed).sort(),
      );
  });

  it('R1–R4: every status is the end of exactly one row', () => {
    expect(
      Object.values(RELATIONSHIP_STATUS_TABLE)
        .map(({ verificationStatus }) => verificationStatus)
        .sort(),
    ).toEqual([...RELATIONSHIP_STATUSES].sort());
  });

  it('R1–R4: the refusals are looked for in the published order', () => {
    expect(RELATIONSHIP_REFUSALS_IN_ORDER.map(({ code }) => code)).toEqual([
      'validation_failed',
      'relationship_not_found',
      'status_change_refused',
      'comment_required',
      'validation_failed',
    ]);
  });
});
