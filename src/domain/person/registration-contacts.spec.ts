import { describe, expect, it } from 'vitest';
import { RULES_DAY, aChild, dayAfter, reported } from '../../../test/support/registration-rules';

describe('Two of one type', () => {
  const mobiles = [
    { type: 'MOBILE', number: '+380000000001' },
    { type: 'MOBILE', number: '+380000000002' },
  ] as const;

  it('are refused among documents, phones and emergency phones, all at once', () => {
    const content = aChild()
      .withDocument('BIRTH_CERTIFICATE', 'ЯЩ-2')
      .withPhones(...mobiles)
      .with('person.emergency_contact.phones', mobiles);
    expect(reported(content)).toEqual([
      ['$.person.documents', 'No duplicate values.'],
      ['$.person.phones', 'No duplicate values.'],
      ['$.person.emergency_contact.phones', 'No duplicate values.'],
    ]);
  });

  it('are not two of different types', () => {
    const phones = [mobiles[0], { type: 'LAND_LINE', number: '+380000000001' }] as const;
    expect(reported(aChild().withPhones(...phones))).toEqual([]);
    expect(reported(aChild().without('person.phones'))).toEqual([]);
  });
});

describe('A residence', () => {
  const addresses = (...types: string[]) => {
    const [address] = aChild().build().person.addresses;
    return aChild().with(
      'person.addresses',
      types.map((type) => ({ ...address, type })),
    );
  };

  it.each([
    [['RESIDENCE'], []],
    [['REGISTRATION', 'RESIDENCE', 'REGISTRATION'], []],
    [['REGISTRATION'], [['$.person.addresses', 'Addresses with type RESIDENCE should be present']]],
    [
      ['RESIDENCE', 'REGISTRATION', 'RESIDENCE', 'RESIDENCE'],
      [['$.person.addresses', `Single address of type 'RESIDENCE' is required, got: 3`]],
    ],
  ])('is exactly one among %j', (types, faults) => {
    expect(reported(addresses(...types))).toEqual(faults);
  });
});

describe('The last day of a relationship', () => {
  const late = [['$.person.confidant_person.active_to', 'active_to should be in the future']];

  it.each([
    [dayAfter(RULES_DAY, -1), late],
    [RULES_DAY, late],
    [dayAfter(RULES_DAY, 1), []],
  ])('is after today: %s', (activeTo, faults) => {
    expect(reported(aChild().with('person.confidant_person.active_to', activeTo))).toEqual(faults);
  });
});
