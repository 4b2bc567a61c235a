import { z } from 'zod';
import { type RefusalCode, REFUSALS } from '../../domain/refusal';
import {
  AnswerId,
  AnswerObject,
  AnswerSchema,
  AnswerText,
  AnswerWord,
  AnyText,
  type JsonSchema,
} from '../../http';
import { confidantPerson, PERSON_FIELDS, SIGN_UP_CONTENT } from './signed-content.schema';

const CONTAINER = { contentEncoding: 'base64', contentMediaType: 'application/cms' } as object;
const ENCODING = { const: 'base64' } as object;

/** The body of step 1. Only the types of its texts are checked; later checks judge the texts, in their order. */
export class SignUpValidationDto {
  @AnyText(CONTAINER)
  signed_content!: string;

  @AnyText(ENCODING)
  signed_content_encoding!: string;
}

/** The body of step 2: the same, and the session of step 1. It repeats the fields: inherited ones would be checked last. */
export class RegistrationDto {
  @AnyText(CONTAINER)
  signed_content!: string;

  @AnyText(ENCODING)
  signed_content_encoding!: string;

  @AnyText()
  jwt!: string;
}

const CONFIDANT_ID = '5a5b1c9e-0000-4000-8000-000000000003';

const CERTIFICATE = {
  type: 'BIRTH_CERTIFICATE',
  number: 'І-ЯЩ№000031',
  issued_at: '2021-05-11',
  issued_by: 'Вербоградський відділ реєстрації',
};

/** A made-up child. */
const CHILD = {
  first_name: 'Любисток',
  last_name: 'Перепелиця',
  second_name: 'Вересневич',
  birth_date: '2021-05-04',
  birth_country: 'Україна',
  birth_settlement: 'Вербоград',
  gender: 'MALE',
  no_tax_id: false,
  documents: [CERTIFICATE],
  addresses: [
    {
      type: 'RESIDENCE',
      country: 'UA',
      area: 'ЛУГОВА',
      settlement: 'Вербоград',
      settlement_type: 'CITY',
      settlement_id: '6f0c4a52-8a4e-4b36-9f6e-0c2f7d1e5b90',
    },
  ],
  phones: [{ type: 'MOBILE', number: '+380000000031' }],
  emergency_contact: {
    first_name: 'Зоряна',
    last_name: 'Перепелиця',
    phones: [{ type: 'MOBILE', number: '+380000000032' }],
  },
  authentication_methods: [{ type: 'THIRD_PERSON', value: CONFIDANT_ID, alias: 'мама' }],
  confidant_person: {
    person_id: CONFIDANT_ID,
    relation_type: 'PRIMARY',
    documents_relationship: [CERTIFICATE],
  },
};

/** The names of a made-up confidant, which an answer adds. */
const CONFIDANT = { first_name: 'Злата', last_name: 'Перепелиця', second_name: 'Тихомирівна' };

const SHOWN_CHILD = { ...CHILD, confidant_person: { ...CHILD.confidant_person, ...CONFIDANT } };

const SESSION = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJFSGVhbHRoIn0.c2lnbmF0dXJl';

/** The first bytes of a container, which is longer. */
export const SIGN_UP_EXAMPLE = { signed_content: 'MIIGvgYJKoZIhvcNAQcC', signed_content_encoding: 'base64' };
export const REGISTRATION_EXAMPLE = { ...SIGN_UP_EXAMPLE, jwt: SESSION };

/** Zod writes these formats out as long patterns as well; the name is enough. */
const FORMATS_ENOUGH = new Set(['date-time', 'date', 'uuid', 'email']);

/** A part of the signed document in the words of JSON Schema, converted when it is first shown. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): () => JsonSchema {
  return () => {
    const { $schema: _, ...described } = z.toJSONSchema(schema, {
      io,
      override: ({ jsonSchema }) => {
        if (FORMATS_ENOUGH.has(jsonSchema.format ?? '')) delete jsonSchema.pattern;
        // To zod it means that the program does not change a list; to a reader, that the list must not be sent.
        delete jsonSchema.readOnly;
      },
    });
    return described;
  };
}

/** What is signed. */
export class SignedContent {
  @AnswerSchema(schemaOf(SIGN_UP_CONTENT.shape.person, 'input'), {
    example: { ...CHILD, secret: 'любить кашу' },
  })
  person!: object;

  @AnswerSchema({ type: 'boolean' }, { example: true })
  patient_signed!: boolean;

  @AnswerSchema({ type: 'boolean' }, { example: true })
  process_disclosure_data_consent!: boolean;
}

/** What was signed without the secret, and the names of the confidant. */
const SHOWN_PERSON = PERSON_FIELDS.omit({ secret: true }).extend({
  confidant_person: confidantPerson.extend({
    first_name: z.string(),
    last_name: z.string(),
    second_name: z.string().nullable(),
  }),
});

export class ValidatedSignUpDto {
  @AnswerSchema(schemaOf(SHOWN_PERSON, 'output'))
  person!: object;

  @AnswerText({ pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$' })
  token!: string;
}

export const VALIDATED_SIGN_UP_EXAMPLE = { person: SHOWN_CHILD, token: SESSION };

class RegisteredUserDto {
  @AnswerId()
  id!: string;

  @AnswerText({ pattern: '^(?:[0-9]{10})?$' })
  tax_id!: string;
}

export class RegisteredPatientDto {
  @AnswerSchema(
    schemaOf(
      SHOWN_PERSON.extend({ id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) }),
      'output',
    ),
  )
  person!: object;

  @AnswerObject(RegisteredUserDto, { nullable: true })
  user!: RegisteredUserDto | null;

  @AnswerText({ minLength: 1, nullable: true })
  access_token!: string | null;

  @AnswerWord(['granted', 'after_approval'], {
    description:
      'after_approval: the person was registered before, and the relationship must be approved first; ' +
      'user and access_token are null. Sign again after the approval.',
  })
  access!: string;
}

export const REGISTERED_PATIENT_EXAMPLE = {
  person: { ...SHOWN_CHILD, id: '5a5b1c9e-0000-4000-8000-000000000001' },
  user: { id: '5a5b1c9e-0000-4000-8000-000000000002', tax_id: '' },
  access_token: 'a-token-that-is-shown-once',
  access: 'granted',
};

/** All that can be wrong with a container, its signature, its certificates and its time-stamp. */
const OF_SIGNATURE = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) =>
  /^(?:signature|certificate|time_stamp)_/.test(code),
);

/** Refusals of step 1. */
export const SIGN_UP_REFUSALS: readonly RefusalCode[] = [
  'too_many_requests',
  'signed_content_invalid',
  'signed_content_too_large',
  ...OF_SIGNATURE,
  'applicant_user_not_found',
  'applicant_user_blocked',
  'applicant_person_not_found',
  'applicant_too_young',
  'confidant_is_not_signer',
  'consent_missing',
  'confidant_without_method',
  'confidant_not_verified',
  'confidant_is_patient',
  'third_person_limit_exceeded',
];

/** Refusals of step 2. */
export const REGISTRATION_REFUSALS: readonly RefusalCode[] = [
  ...SIGN_UP_REFUSALS,
  'session_refused',
  'person_not_unique',
  'legal_capacity_proved',
  'confidant_has_confidant',
  'relationship_exists',
  'user_blocked',
  'signed_content_not_saved',
  'registration_contended',
];
