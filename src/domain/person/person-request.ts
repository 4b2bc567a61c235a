import type { IsoDay } from '../calendar-day';
import type {
  ADDRESS_TYPES,
  DocumentType,
  Gender,
  PHONE_TYPES,
  RelationshipDocumentType,
  RelationType,
  SETTLEMENT_TYPES,
  WAYS_OF_COMMUNICATION,
} from './dictionaries';

/*
 * The content of a sign-up. The names are those of the signed JSON, because the answer returns what was signed.
 */

export interface PhoneRequest {
  readonly type: (typeof PHONE_TYPES)[number];
  readonly number: string;
}

export interface AddressRequest {
  readonly type: (typeof ADDRESS_TYPES)[number];
  readonly country: string;
  readonly area: string;
  readonly region?: string | undefined;
  readonly settlement: string;
  readonly settlement_type: (typeof SETTLEMENT_TYPES)[number];
  readonly settlement_id: string;
  readonly street_type?: string | undefined;
  readonly street?: string | undefined;
  readonly building?: string | undefined;
  readonly apartment?: string | undefined;
  readonly zip?: string | undefined;
}

export interface DocumentRequest {
  readonly type: DocumentType;
  readonly number: string;
  readonly issued_at: IsoDay;
  readonly issued_by: string;
  readonly expiration_date?: IsoDay | undefined;
}

export interface EmergencyContact {
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name?: string | undefined;
  readonly phones: readonly PhoneRequest[];
}

/** A document that proves a relationship. */
export interface RelationshipDocument {
  readonly type: RelationshipDocumentType;
  readonly number: string;
  readonly issued_by: string;
  readonly issued_at: IsoDay;
}

export interface ConfidantPersonRequest {
  readonly person_id: string;
  readonly relation_type: RelationType;
  readonly documents_relationship: readonly RelationshipDocument[];
  readonly active_to?: IsoDay | undefined;
}

/** Supplies the alias only: the method itself follows from the relationship. */
export interface AuthenticationMethodRequest {
  readonly type: 'THIRD_PERSON';
  readonly value: string;
  readonly alias: string;
}

/** The person who is to be registered. Days are `YYYY-MM-DD`. */
export interface PersonRequest {
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name?: string | undefined;
  readonly birth_date: IsoDay;
  readonly birth_country: string;
  readonly birth_settlement: string;
  readonly gender: Gender;
  readonly email?: string | undefined;
  readonly tax_id?: string | undefined;
  readonly no_tax_id: boolean;
  readonly unzr?: string | undefined;
  readonly secret: string;
  readonly preferred_way_communication?: (typeof WAYS_OF_COMMUNICATION)[number] | undefined;
  readonly documents: readonly DocumentRequest[];
  readonly addresses: readonly AddressRequest[];
  readonly phones?: readonly PhoneRequest[] | undefined;
  readonly emergency_contact: EmergencyContact;
  readonly authentication_methods?: readonly AuthenticationMethodRequest[] | undefined;
  readonly confidant_person: ConfidantPersonRequest;
}

/** Everything that the applicant signs. */
export interface SignUpContent {
  readonly person: PersonRequest;
  readonly patient_signed: boolean;
  readonly process_disclosure_data_consent: boolean;
}
