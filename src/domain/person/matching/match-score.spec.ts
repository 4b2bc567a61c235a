import { describe, expect, it } from 'vitest';
import { madeUpPairs } from '../../../../test/support/matching-pairs';
import {
  binsOfModel,
  editDistance,
  figuresOfModel,
  oracleBins,
  oracleScore,
} from '../../../../test/support/match-oracle';
import { binsOf, matchScore, scoreOfBins } from './match-score';
import { PERSON_MATCH_MODEL, type Bins } from './match-model.table';

const PAIRS = madeUpPairs(1_000);

/** A child who signs up again with the same certificate: nothing has changed, and no tax number or phone is known. */
const SAME_CHILD: Bins = {
  d_first_name_bin: '0',
  d_last_name_bin: '1',
  d_second_name_bin: '1',
  d_documents_bin: '0x>6',
  docs_same_number_bin: '0x4',
  birth_settlement_substr_bin: '0',
  d_tax_id_bin: '1',
  authentication_methods_flag_bin: '1',
  residence_settlement_flag_bin: '0',
  gender_flag_bin: '0',
  twins_flag_bin: '0',
};

describe('The national model', () => {
  it('has the published figures, digit by digit', () => {
    const { intercept, coefficients, weightOfEvidence } = PERSON_MATCH_MODEL;
    expect({ intercept, coefficients, weight_of_evidence: weightOfEvidence }).toEqual(figuresOfModel());
  });

  it('has the score computed by hand for a child who signs up again', () => {
    // −0.61098 + 1.31673 + 0.55778 + 0.50262 + 1.59192 + 0.58099 + 0.07295 + 0.05419 − 0.71699 + 0.09356 + 0.21385 +
    // 0.07872 = 3.73534, and 1 / (1 + e^−3.73534) = 0.97669.
    expect(scoreOfBins(SAME_CHILD)).toBeCloseTo(0.97669, 4);
  });

  it('rounds to five digits', () => {
    for (const [one, other] of PAIRS) {
      const score = matchScore(one, other);
      expect(String(score)).toMatch(/^[01](\.\d{1,5})?$|^\de-5$/);
    }
  });

  it('separates a child from a twin with the next certificate', () => {
    const twin = {
      d_first_name_bin: '3',
      d_documents_bin: '1x>6',
      docs_same_number_bin: '1x3',
      twins_flag_bin: '1',
    };
    expect(scoreOfBins({ ...SAME_CHILD, ...twin } as Bins)).toBeLessThan(0.05);
  });
});

describe('A thousand made-up pairs', () => {
  it('fall into the bins of an independent reading of the description', () => {
    for (const [one, other] of PAIRS)
      expect(binsOf(one, other), described(one, other)).toEqual(oracleBins(one, other));
  });

  it('have the scores of an independent computation', () => {
    for (const [one, other] of PAIRS) {
      expect(Math.abs(matchScore(one, other) - oracleScore(one, other)), described(one, other)).toBeLessThan(
        1.5e-5,
      );
    }
  });

  it('have the same score seen from either side', () => {
    for (const [one, other] of PAIRS) expect(matchScore(other, one)).toBe(matchScore(one, other));
  });

  it('reach every bin of every feature and every part of the scale', () => {
    const reached = new Map<string, Set<string>>();
    for (const [one, other] of PAIRS) {
      for (const [feature, bin] of Object.entries(binsOf(one, other))) {
        reached.set(feature, (reached.get(feature) ?? new Set()).add(bin));
      }
    }
    const found = Object.fromEntries([...reached].map(([feature, bins]) => [feature, [...bins].sort()]));
    expect(found).toEqual(
      Object.fromEntries(Object.entries(binsOfModel()).map(([feature, bins]) => [feature, [...bins].sort()])),
    );
    const scores = PAIRS.map(([one, other]) => matchScore(one, other));
    expect(scores.filter((score) => score > 0.95).length).toBeGreaterThan(20);
    expect(scores.filter((score) => score > 0.05 && score < 0.95).length).toBeGreaterThan(20);
    expect(scores.filter((score) => score < 0.05).length).toBeGreaterThan(20);
  });

  it('are compared by a distance that is right itself', () => {
    expect(editDistance('', 'липа')).toBe(4);
    expect(editDistance('верболоз', 'верболіз')).toBe(1);
    expect(editDistance('ясен', 'сена')).toBe(2);
    expect(editDistance('калина', 'малина')).toBe(1);
    expect(editDistance('кіт', 'тік')).toBe(2);
  });
});

function described(...pair: readonly unknown[]): string {
  return JSON.stringify(pair);
}
