import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../domain/confidant/relationship-status.rules';
import type { DocumentType, Gender, RelationshipDocumentType } from '../../domain/person/dictionaries';
import {
  CUMULATIVE_STATUS_WORDS,
  type Phrase,
  REASON_WORDS,
  STATUS_WORDS,
  STREAM_WORDS,
} from '../../domain/verification/explanation.texts';
import type { RetryKind } from '../../domain/verification/technical-error';
import type { JobName, RunStatus } from '../../jobs';
import { inBothLanguages, type Language } from '../frame/languages';

type Words<Key extends string> = Readonly<Record<Key, string>>;

/** The words of the domain in one language; in a table they begin like a sentence. */
function wordsIn<Key extends string>(language: Language, phrases: Readonly<Record<Key, Phrase>>): Words<Key> {
  const entries = Object.entries<Phrase>(phrases).map(([key, { [language]: words }]) => [
    key,
    sentence(words),
  ]);
  return Object.fromEntries(entries) as Words<Key>;
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Of streams and of their sum: what both have has one name. */
const STATUS_PHRASES = { ...CUMULATIVE_STATUS_WORDS, ...STATUS_WORDS };

const ERRORS_UK: Words<RetryKind> = {
  timeout: 'реєстр не відповів вчасно',
  connection: 'немає зʼєднання з реєстром',
  http_error: 'помилка HTTP',
  fault_configuration: 'помилка налаштувань обміну',
  fault_client: 'реєстр відхилив запит',
  fault_server: 'помилка на боці реєстру',
  foreign_answer: 'відповідь на інший запит',
  unreadable_answer: 'відповідь неможливо прочитати',
  too_large: 'відповідь завелика',
  register_error: 'реєстр повідомив про помилку',
  circuit_open: 'звернення до реєстру призупинено',
  not_processed: 'внутрішня помилка опрацювання',
};

const ERRORS_EN: Words<RetryKind> = {
  timeout: 'the register did not answer in time',
  connection: 'no connection to the register',
  http_error: 'HTTP error',
  fault_configuration: 'the exchange is misconfigured',
  fault_client: 'the register refused the request',
  fault_server: 'the register failed',
  foreign_answer: 'an answer to another request',
  unreadable_answer: 'the answer cannot be read',
  too_large: 'the answer is too large',
  register_error: 'the register reported an error',
  circuit_open: 'calls to the register are paused',
  not_processed: 'an internal error',
};

const RUN_STATUSES_UK: Words<RunStatus> = {
  RUNNING: 'Виконується',
  FINISHED: 'Завершено',
  FAILED: 'Помилка',
  STOPPED: 'Зупинено',
  SKIPPED: 'Пропущено',
};

const RUN_STATUSES_EN: Words<RunStatus> = {
  RUNNING: 'Running',
  FINISHED: 'Finished',
  FAILED: 'Failed',
  STOPPED: 'Stopped',
  SKIPPED: 'Skipped',
};

const JOBS_UK: Words<JobName> = {
  'dms-passport-persons': 'ДМС: документи пацієнтів',
  'dms-passport-parties': 'ДМС: документи медичних працівників',
  'mvs-passport-persons': 'МВС: документи пацієнтів',
  'unzr-persons': 'ЄДДР: УНЗР пацієнтів',
  purge: 'Видалення застарілих записів',
};

const JOBS_EN: Words<JobName> = {
  'dms-passport-persons': 'Migration Service: documents of patients',
  'dms-passport-parties': 'Migration Service: documents of health workers',
  'mvs-passport-persons': 'Ministry of the Interior: documents of patients',
  'unzr-persons': 'Demographic register: UNZR of patients',
  purge: 'Removal of old rows',
};

const DOCUMENTS_UK: Words<DocumentType | RelationshipDocumentType> = {
  PASSPORT: 'Паспорт громадянина України (книжечка)',
  NATIONAL_ID: 'Паспорт громадянина України (ID-картка)',
  BIRTH_CERTIFICATE: 'Свідоцтво про народження',
  BIRTH_CERTIFICATE_FOREIGN: 'Свідоцтво про народження іноземного зразка',
  TEMPORARY_CERTIFICATE: 'Тимчасове посвідчення громадянина України',
  TEMPORARY_PASSPORT: 'Посвідка на тимчасове проживання',
  PERMANENT_RESIDENCE_PERMIT: 'Посвідка на постійне проживання',
  REFUGEE_CERTIFICATE: 'Посвідчення біженця',
  COMPLEMENTARY_PROTECTION_CERTIFICATE: 'Посвідчення особи, яка потребує додаткового захисту',
  DIVORCE_CERTIFICATE: 'Свідоцтво про розірвання шлюбу',
  MARRIAGE_CERTIFICATE: 'Свідоцтво про шлюб',
  STATE_REGISTER_EXTRACT: 'Виписка з державного реєстру',
  COURT_DECISION_LEGAL_CAPACITY: 'Рішення суду про надання повної цивільної дієздатності',
  COURT_DECISION_DIVORCE: 'Рішення суду про розірвання шлюбу',
  GUARDIANSHIP_DECISION_LEGAL_CAPACITY: 'Рішення органу опіки про надання повної цивільної дієздатності',
  LEGAL_CAPACITY_DOCUMENT: 'Документ про набуття повної цивільної дієздатності',
  DOCUMENT: 'Документ',
  COURT_DECISION: 'Рішення суду',
  CONFIDANT_CERTIFICATE: 'Посвідчення опікуна',
};

const DOCUMENTS_EN: Words<DocumentType | RelationshipDocumentType> = {
  PASSPORT: 'Passport (booklet)',
  NATIONAL_ID: 'Passport (ID card)',
  BIRTH_CERTIFICATE: 'Birth certificate',
  BIRTH_CERTIFICATE_FOREIGN: 'Foreign birth certificate',
  TEMPORARY_CERTIFICATE: 'Temporary certificate of a citizen',
  TEMPORARY_PASSPORT: 'Temporary residence permit',
  PERMANENT_RESIDENCE_PERMIT: 'Permanent residence permit',
  REFUGEE_CERTIFICATE: 'Refugee certificate',
  COMPLEMENTARY_PROTECTION_CERTIFICATE: 'Certificate of complementary protection',
  DIVORCE_CERTIFICATE: 'Divorce certificate',
  MARRIAGE_CERTIFICATE: 'Marriage certificate',
  STATE_REGISTER_EXTRACT: 'Extract of the state register',
  COURT_DECISION_LEGAL_CAPACITY: 'Court decision on full legal capacity',
  COURT_DECISION_DIVORCE: 'Court decision on divorce',
  GUARDIANSHIP_DECISION_LEGAL_CAPACITY: 'Decision of the guardianship authority on full legal capacity',
  LEGAL_CAPACITY_DOCUMENT: 'Document on full legal capacity',
  DOCUMENT: 'Document',
  COURT_DECISION: 'Court decision',
  CONFIDANT_CERTIFICATE: 'Certificate of a guardian',
};

const RELATIONSHIP_REASONS_UK: Words<RelationshipReason> = {
  ONLINE_TRIGGERED: 'очікує на перевірку в реєстрі',
  ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT: 'реєстрація пацієнта через законного представника',
  MANUAL_CREATED_BY_DOCTOR: 'встановлено вручну під час реєстрації пацієнта лікарем',
  MANUAL_CREATED_BY_NHS_ADMIN: 'встановлено вручну адміністратором НСЗУ',
  AUTO: 'автоматична перевірка',
  MANUAL: 'рішення посадової особи НСЗУ',
};

const RELATIONSHIP_REASONS_EN: Words<RelationshipReason> = {
  ONLINE_TRIGGERED: 'waits for a check in the register',
  ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT: 'the patient was registered by their confidant',
  MANUAL_CREATED_BY_DOCTOR: 'recorded by a doctor at registration',
  MANUAL_CREATED_BY_NHS_ADMIN: 'recorded by an NHS administrator',
  AUTO: 'checked automatically',
  MANUAL: 'decided by an NHS official',
};

const GENDERS_UK: Words<Gender> = { MALE: 'чоловіча', FEMALE: 'жіноча' };
const GENDERS_EN: Words<Gender> = { MALE: 'male', FEMALE: 'female' };

/** The words of the dictionaries, so that every page calls a thing by the same name. */
export const DICTIONARY_TEXTS = inBothLanguages({
  uk: {
    status: wordsIn('uk', STATUS_PHRASES),
    stream: wordsIn('uk', STREAM_WORDS),
    reason: wordsIn('uk', REASON_WORDS),
    technical_error: ERRORS_UK,
    run_status: RUN_STATUSES_UK,
    job: JOBS_UK,
    document: DOCUMENTS_UK,
    gender: GENDERS_UK,
    relationship_status: wordsIn<RelationshipStatus>('uk', STATUS_WORDS),
    relationship_reason: RELATIONSHIP_REASONS_UK,
  },
  en: {
    status: wordsIn('en', STATUS_PHRASES),
    stream: wordsIn('en', STREAM_WORDS),
    reason: wordsIn('en', REASON_WORDS),
    technical_error: ERRORS_EN,
    run_status: RUN_STATUSES_EN,
    job: JOBS_EN,
    document: DOCUMENTS_EN,
    gender: GENDERS_EN,
    relationship_status: wordsIn<RelationshipStatus>('en', STATUS_WORDS),
    relationship_reason: RELATIONSHIP_REASONS_EN,
  },
});
