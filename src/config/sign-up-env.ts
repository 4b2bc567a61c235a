import {
  DOCUMENT_TYPES,
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
  PERSON_REGISTRATION_DOCUMENT_TYPES,
} from '../domain/person/dictionaries';
import {
  bucket,
  connectionUrl,
  listOf,
  milliseconds,
  oneOf,
  optionalText,
  positive,
  secret,
  text,
  uuid,
  whole,
} from './setting-kinds';

/** Below the age of self-authentication a person is known by the certificate of his birth alone. */
const NO_SELF_AUTH_AGE_DOCUMENT_TYPES = ['BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'] as const;

/** From that age on he has one of these. */
const SELF_AUTH_AGE_DOCUMENT_TYPES = [
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'NATIONAL_ID',
  'PASSPORT',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
] as const;

/** The documents by which a person who is already registered is found. */
const SEARCH_DOCUMENT_TYPES = [
  'NATIONAL_ID',
  'PASSPORT',
  'BIRTH_CERTIFICATE',
  'BIRTH_CERTIFICATE_FOREIGN',
] as const;

/** Signing up: which documents, whose signatures, how long a session lives, where signed content is kept. */
export const SIGN_UP_ENVIRONMENT = {
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES),
  PERSON_REGISTRATION_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, PERSON_REGISTRATION_DOCUMENT_TYPES),
  NO_SELF_AUTH_AGE_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, NO_SELF_AUTH_AGE_DOCUMENT_TYPES),
  SELF_AUTH_AGE_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, SELF_AUTH_AGE_DOCUMENT_TYPES),
  ACTIVE_PERSON_SEARCH_DOCUMENT_TYPES: listOf(DOCUMENT_TYPES, SEARCH_DOCUMENT_TYPES),
  /** A score is above it or it is no match; 1 would mean that nobody is ever found. */
  PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: positive({ max: 1, fallback: 0.95, unit: 'a score' }),

  SIGNATURE_TRUSTED_CA_FILE: optionalText('/etc/ehealth/trusted-ca.pem'),
  /** A week: older signatures are of people who may have thought better of it. */
  SIGNED_CONTENT_SIGNATURE_TIMESTAMP_VALID_MINUTES: whole({ min: 1, max: 10_080, fallback: 60 }),
  /** Beyond it a signature that is not checked yet is answered with "try again later". */
  SIGNATURE_QUEUE_SIZE: whole({ min: 1, max: 10_000, fallback: 100 }),
  SIGNATURE_TIMEOUT_MS: milliseconds(5_000),

  PIS_SESSION_SECRET: secret({ minBytes: 32 }),
  PIS_SESSION_TTL_SECONDS: whole({ min: 1, max: 86_400, fallback: 600 }),
  PIS_CLIENT_ID: uuid('00000000-0000-4000-8000-000000000002'),
  PIS_ACCESS_TOKEN_TTL_SECONDS: whole({ min: 1, max: 2_592_000, fallback: 3_600 }),
  /** An address that signs up families for a living does not need more. */
  SIGN_UP_REQUESTS_PER_MINUTE: whole({ min: 1, max: 1_000_000, fallback: 60 }),
  /** How many proxies stand in front of the door and name the address of who asks; 0: nobody is believed. */
  HTTP_TRUSTED_PROXIES: whole({ min: 0, max: 16, fallback: 0 }),

  MEDIA_STORAGE: oneOf(['directory', 's3'], 'directory'),
  MEDIA_STORAGE_DIRECTORY: text('.data/media'),
  MEDIA_STORAGE_PERSON_BUCKET: bucket('persons-dev'),
  MEDIA_STORAGE_TIMEOUT_MS: milliseconds(10_000),
  MEDIA_STORAGE_S3_URL: connectionUrl(['http:', 'https:'], 'https://s3.example.org'),
  MEDIA_STORAGE_S3_REGION: text('us-east-1'),
  MEDIA_STORAGE_S3_ACCESS_KEY: optionalText('the-name-of-the-key'),
  MEDIA_STORAGE_S3_SECRET_KEY: secret({ minBytes: 8 }),
  /** After it an object whose registration did not commit is removed. Longer than any registration takes. */
  MEDIA_ORPHAN_MINUTES: whole({ min: 1, max: 43_200, fallback: 60 }),
} as const;
