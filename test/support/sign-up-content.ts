import { calendarDay, dayInKyiv, type IsoDay } from '../../src/domain/calendar-day';
import type { RelationType, DocumentType } from '../../src/domain/person/dictionaries';
import type {
  ConfidantPersonRequest,
  DocumentRequest,
  PhoneRequest,
  RelationshipDocument,
  SignUpContent,
} from '../../src/domain/person/person-request';
import type { MatchingPerson } from '../../src/domain/person/matching/matching-person';
import { aPerson, type PersonBuilder } from './person-builder';

const DEFAULT_AGE = 5;

/** The default confidant. */
export const SOME_CONFIDANT_ID = '5b1f0c9e-7a44-4f0e-9d1b-2f60c3a8e711';

type DocumentDraft = Partial<Omit<DocumentRequest, 'type'>> & Pick<DocumentRequest, 'type'>;

/**
 * What an applicant signs, of which a test gives only what matters. By default it is accepted by every rule: a
 * child of five with a certificate of birth and without a tax number.
 */
export function aSignUpContent(today: Date | IsoDay = new Date()): SignUpContentBuilder {
  return new SignUpContentBuilder(typeof today === 'string' ? today : dayInKyiv(today));
}

export class SignUpContentBuilder {
  private birthDate: IsoDay;
  private documents: DocumentDraft[] = [{ type: 'BIRTH_CERTIFICATE' }];
  private person: Partial<SignUpContent['person']> = {};
  private confidantPerson: Pick<ConfidantPersonRequest, 'person_id' | 'relation_type'> = {
    person_id: SOME_CONFIDANT_ID,
    relation_type: 'PRIMARY',
  };
  private confidantAlias: string | undefined;
  private relationshipDocuments: readonly RelationshipDocument[] | undefined;
  private readonly changes: (readonly [path: string, value: unknown])[] = [];

  constructor(private readonly today: IsoDay) {
    // Neither today nor tomorrow is a birthday: a test that runs over midnight sees one age.
    this.birthDate = calendarDay(today).subtract({ years: DEFAULT_AGE, months: 6 }).toString();
  }

  /** The certificate of birth is issued on the same day, unless its own day is given. */
  born(birthDate: IsoDay): this {
    this.birthDate = birthDate;
    return this;
  }

  /** So many years and half a year old. */
  aged(years: number): this {
    return this.born(calendarDay(this.today).subtract({ years, months: 6 }).toString());
  }

  named(lastName: string, firstName: string, secondName?: string): this {
    return this.about({ last_name: lastName, first_name: firstName, second_name: secondName });
  }

  withTaxId(taxId: string): this {
    return this.about({ tax_id: taxId, no_tax_id: false });
  }

  /** The number was refused. By default there is merely none yet. */
  withoutTaxId(): this {
    return this.about({ tax_id: undefined, no_tax_id: true });
  }

  withUnzr(unzr: string): this {
    return this.about({ unzr });
  }

  withPhones(...phones: readonly PhoneRequest[]): this {
    return this.about({ phones });
  }

  /** One more document; what is not given is made up and fits. */
  withDocument(type: DocumentType, number?: string, rest: Partial<DocumentRequest> = {}): this {
    this.documents.push({ ...rest, type, ...(number === undefined ? {} : { number }) });
    return this;
  }

  /** This document and none else. */
  withOnlyDocument(type: DocumentType, number?: string, rest: Partial<DocumentRequest> = {}): this {
    this.documents = [];
    return this.withDocument(type, number, rest);
  }

  confidant(
    personId: string,
    relationType: RelationType = 'PRIMARY',
    documents?: readonly RelationshipDocument[],
  ): this {
    this.confidantPerson = { person_id: personId, relation_type: relationType };
    this.relationshipDocuments = documents;
    return this;
  }

  /** How the confidant is to be called among the methods of authentication. */
  alias(alias: string): this {
    this.confidantAlias = alias;
    return this;
  }

  /** Any value at a path such as `person.documents.0.number`; undefined takes the property away. */
  with(path: string, value: unknown): this {
    this.changes.push([path, value]);
    return this;
  }

  without(path: string): this {
    return this.with(path, undefined);
  }

  /** The plain object, without properties that are undefined: what JSON would keep of it. */
  build(): SignUpContent {
    return this.changes.reduce<SignUpContent>(
      (content, [path, value]) => changedAt(content, path.split('.'), value) as SignUpContent,
      JSON.parse(JSON.stringify(this.fitting())) as SignUpContent,
    );
  }

  /** The bytes that are signed. */
  bytes(): Uint8Array {
    return Buffer.from(JSON.stringify(this.build()));
  }

  private about(facts: Partial<SignUpContent['person']>): this {
    this.person = { ...this.person, ...facts };
    return this;
  }

  private fitting(): SignUpContent {
    const documents = this.documents.map((draft) => this.fittingDocument(draft));
    const relationship = this.relationshipDocuments ?? [this.proofOfRelationship()];
    return {
      person: {
        ...SOMEBODY,
        birth_date: this.birthDate,
        documents,
        confidant_person: { ...this.confidantPerson, documents_relationship: relationship },
        authentication_methods: this.methods(),
        ...this.person,
      },
      patient_signed: true,
      process_disclosure_data_consent: true,
    };
  }

  private methods(): SignUpContent['person']['authentication_methods'] {
    if (this.confidantAlias === undefined) return undefined;
    return [{ type: 'THIRD_PERSON', value: this.confidantPerson.person_id, alias: this.confidantAlias }];
  }

  private fittingDocument(draft: DocumentDraft): DocumentRequest {
    const inTenYears = calendarDay(this.today).add({ years: 10 }).toString();
    const expires = EXPIRING.includes(draft.type) ? { expiration_date: inTenYears } : {};
    return {
      number: MADE_UP_NUMBERS[draft.type],
      issued_at: this.birthDate,
      issued_by: 'Калинопільський відділ реєстрації',
      ...expires,
      ...draft,
    };
  }

  private proofOfRelationship(): RelationshipDocument {
    return {
      type: 'BIRTH_CERTIFICATE',
      number: MADE_UP_NUMBERS.BIRTH_CERTIFICATE,
      issued_by: 'Калинопільський відділ реєстрації',
      issued_at: this.birthDate,
    };
  }
}

/** A copy in which the value at the path is another one; what the path leads through must be there. */
function changedAt(content: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = Array.isArray(content) ? [...(content as unknown[])] : { ...(content as object) };
  const inside = changedAt(Reflect.get(copy, key), rest, value);
  // A property named __proto__ is to be sent like any other, and not to change the copy's own nature.
  if (inside === undefined) Reflect.deleteProperty(copy, key);
  else
    Object.defineProperty(copy, key, { value: inside, enumerable: true, writable: true, configurable: true });
  return copy;
}

/** A made-up number of the published pattern for each type. */
export const MADE_UP_NUMBERS: Readonly<Record<DocumentType, string>> = {
  PASSPORT: 'ЯЩ000017',
  NATIONAL_ID: '000000017',
  BIRTH_CERTIFICATE: 'І-ЯЩ№000017',
  BIRTH_CERTIFICATE_FOREIGN: 'X-17/2019',
  TEMPORARY_CERTIFICATE: 'ЯЩ0017',
  TEMPORARY_PASSPORT: 'ЯЩ000018',
  PERMANENT_RESIDENCE_PERMIT: '000000018',
  REFUGEE_CERTIFICATE: 'ЯЩ000019',
  COMPLEMENTARY_PROTECTION_CERTIFICATE: 'ЯЩ000020',
  DIVORCE_CERTIFICATE: 'ЯЩ-000021',
  MARRIAGE_CERTIFICATE: 'ЯЩ-000022',
  STATE_REGISTER_EXTRACT: '23/2024',
  COURT_DECISION_LEGAL_CAPACITY: '24/2024',
  COURT_DECISION_DIVORCE: '25/2024',
  GUARDIANSHIP_DECISION_LEGAL_CAPACITY: '26/2024',
  LEGAL_CAPACITY_DOCUMENT: '27/2024',
};

/** These end one day, and the request must give the day. */
export const EXPIRING: readonly DocumentType[] = [
  'NATIONAL_ID',
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
];

/** Nobody: the names are of flowers and the town is of a tale. */
export const SOMEBODY = {
  first_name: 'Волошка',
  last_name: 'Чорнобривець',
  second_name: 'Барвінківна',
  birth_country: 'Україна',
  birth_settlement: 'Калинопіль',
  gender: 'FEMALE',
  no_tax_id: false,
  secret: 'сім-слів-про-літо',
  addresses: [
    {
      type: 'RESIDENCE',
      country: 'UA',
      area: 'ЛУГОВА',
      settlement: 'Калинопіль',
      settlement_type: 'VILLAGE',
      settlement_id: '0d5a4f86-51c2-4b8e-8d8a-6b7c9e0f1a22',
    },
  ],
  phones: [{ type: 'MOBILE', number: '+380000000017' }],
  emergency_contact: {
    first_name: 'Мальва',
    last_name: 'Чорнобривець',
    phones: [{ type: 'MOBILE', number: '+380000000018' }],
  },
} as const;

/** The same person as in the content, registered by somebody else: everything that is compared is equal. */
export function registeredAs({ person }: SignUpContent): PersonBuilder {
  const builder = aPerson()
    .named(person.last_name, person.first_name, person.second_name ?? null)
    .bornOn(person.birth_date)
    .bornIn(person.birth_settlement)
    .withAddress({ settlement: person.addresses[0]?.settlement ?? '' });
  for (const { type, number } of person.documents) builder.withDocument(type, number);
  return person.tax_id === undefined ? builder : builder.withTaxId(person.tax_id);
}

/** What the person of the content is compared by. */
export function comparedIn({ person }: SignUpContent): MatchingPerson {
  return {
    firstName: person.first_name,
    lastName: person.last_name,
    secondName: person.second_name ?? null,
    birthDate: person.birth_date,
    birthSettlement: person.birth_settlement,
    gender: person.gender,
    taxId: person.tax_id ?? null,
    documents: person.documents,
    otpPhones: [],
    residenceSettlement: person.addresses[0]?.settlement ?? null,
  };
}
