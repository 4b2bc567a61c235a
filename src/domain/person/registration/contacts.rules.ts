import { faultAt, faultIf, type RuleGroup } from './rule-group';

interface Typed {
  readonly type: string;
}

const hasTwoOfOneType = (entries: readonly Typed[]): boolean =>
  new Set(entries.map(({ type }) => type)).size < entries.length;

/** Of documents, of phones and of the phones for emergencies. */
export const typesAreDifferent: RuleGroup = ({ person }) => {
  const lists: readonly (readonly [entry: string, entries: readonly Typed[]])[] = [
    ['documents', person.documents],
    ['phones', person.phones ?? []],
    ['emergency_contact.phones', person.emergency_contact.phones],
  ];
  return lists.flatMap(([entry, entries]) =>
    faultIf(hasTwoOfOneType(entries), entry, 'No duplicate values.'),
  );
};

export const residenceIsOne: RuleGroup = ({ person }) => {
  const count = person.addresses.filter(({ type }) => type === 'RESIDENCE').length;
  if (count === 1) return [];
  const description =
    count === 0
      ? 'Addresses with type RESIDENCE should be present'
      : `Single address of type 'RESIDENCE' is required, got: ${count}`;
  return [faultAt('addresses', description)];
};

export const relationshipEndsLater: RuleGroup = ({ person, today }) => {
  const activeTo = person.confidant_person.active_to;
  return faultIf(
    activeTo !== undefined && activeTo <= today,
    'confidant_person.active_to',
    'active_to should be in the future',
  );
};
