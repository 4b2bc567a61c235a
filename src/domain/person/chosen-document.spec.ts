import { array, assert, constantFrom, property, record, shuffledSubarray, uuid } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenDocument, type DatedDocument } from './document.rules';

const TODAY = '2026-03-01';

function aPassport(id: string, more: Partial<DatedDocument> = {}): DatedDocument {
  return { id, type: 'PASSPORT', issuedAt: null, expirationDate: null, ...more };
}

describe('the passport that is checked', () => {
  it.each<[string, readonly DatedDocument[]]>([
    ['no document', []],
    ['an ID card only', [aPassport('a', { type: 'NATIONAL_ID' })]],
    ['a temporary passport only', [aPassport('a', { type: 'TEMPORARY_PASSPORT' })]],
    ['an expired passport only', [aPassport('a', { expirationDate: '2026-02-28' })]],
  ])('S4: is absent with %s', (_, documents) => {
    expect(chosenDocument(documents, ['PASSPORT'], TODAY)).toBe('absent');
  });

  it('is still the one that expires today', () => {
    const documents = [aPassport('a', { expirationDate: TODAY })];
    expect(chosenDocument(documents, ['PASSPORT'], TODAY)).toBe(documents[0]);
  });

  it('is the one issued last, and one without a day of issue only when there is no other', () => {
    const [old, young, undated] = [
      aPassport('a', { issuedAt: '1999-12-31' }),
      aPassport('b', { issuedAt: '2010-01-01' }),
      aPassport('0'),
    ];
    expect(chosenDocument([undated, old, young], ['PASSPORT'], TODAY)).toBe(young);
    expect(chosenDocument([undated, old], ['PASSPORT'], TODAY)).toBe(old);
    expect(chosenDocument([undated], ['PASSPORT'], TODAY)).toBe(undated);
  });

  it('is not the one issued last when that has expired', () => {
    const expired = aPassport('a', { issuedAt: '2020-01-01', expirationDate: '2025-01-01' });
    const good = aPassport('b', { issuedAt: '2000-01-01' });
    expect(chosenDocument([expired, good], ['PASSPORT'], TODAY)).toBe(good);
  });

  it('is at a tie the one with the smaller id', () => {
    const [first, second] = [
      aPassport('a', { issuedAt: '2010-01-01' }),
      aPassport('b', { issuedAt: '2010-01-01' }),
    ];
    expect(chosenDocument([second, first], ['PASSPORT'], TODAY)).toBe(first);
    expect(chosenDocument([aPassport('d'), aPassport('c')], ['PASSPORT'], TODAY)).toEqual(aPassport('c'));
  });

  it('does not depend on the order of the documents', () => {
    const aDay = constantFrom('2000-01-01', '2010-01-01', '2026-02-28', '2026-03-01', null);
    const aDocument = record({
      id: uuid(),
      type: constantFrom('PASSPORT' as const, 'NATIONAL_ID' as const),
      issuedAt: aDay,
      expirationDate: aDay,
    });
    const twoOrders = array(aDocument, { maxLength: 6 }).chain((documents) =>
      shuffledSubarray(documents, { minLength: documents.length }).map((shuffled) => ({
        documents,
        shuffled,
      })),
    );
    assert(
      property(twoOrders, ({ documents, shuffled }) => {
        expect(chosenDocument(shuffled, ['PASSPORT'], TODAY)).toEqual(
          chosenDocument(documents, ['PASSPORT'], TODAY),
        );
      }),
    );
  });
});
