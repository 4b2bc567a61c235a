import type { NhsRowName } from './nhs-status.rules';
import type { CumulativeStatus, RegisterStreamName, StreamName, StreamReason, StreamStatus } from './stream';
import type { StreamRowName } from './stream-status.table';

/** A text in each language of the officials. Ukrainian is the language of the law; English is a translation. */
export interface Phrase {
  readonly uk: string;
  readonly en: string;
}

/** What a stream checks. */
export const STREAM_WORDS: Readonly<Record<StreamName, Phrase>> = {
  nhs: { uk: 'ручна верифікація НСЗУ', en: 'manual verification by the NHS' },
  drfo: { uk: 'податковий номер (ДРФО)', en: 'tax number (State Register of Individual Taxpayers)' },
  dracs_death: { uk: 'акт про смерть (ДРАЦС)', en: 'death record (civil registry)' },
  dracs_birth: { uk: 'акт про народження (ДРАЦС)', en: 'birth record (civil registry)' },
  dracs_name_change: { uk: 'акт про зміну імені (ДРАЦС)', en: 'change of name record (civil registry)' },
  legal_capacity: { uk: 'цивільна дієздатність', en: 'legal capacity' },
  unzr: { uk: 'УНЗР (демографічний реєстр)', en: 'UNZR (demographic register)' },
  mvs_passport: { uk: 'викрадені та втрачені паспорти (МВС)', en: 'stolen and lost passports (Ministry)' },
  dms_passport: { uk: 'недійсні паспорти (ДМС)', en: 'invalid passports (Migration Service)' },
};

export const STATUS_WORDS: Readonly<Record<StreamStatus, Phrase>> = {
  VERIFICATION_NEEDED: { uk: 'потребує верифікації', en: 'verification needed' },
  VERIFICATION_NOT_NEEDED: { uk: 'не потребує верифікації', en: 'verification not needed' },
  IN_REVIEW: { uk: 'на опрацюванні', en: 'in review' },
  VERIFIED: { uk: 'верифіковано', en: 'verified' },
  NOT_VERIFIED: { uk: 'не верифіковано', en: 'not verified' },
};

/** The sum of all streams. NOT_VERIFIED blocks the person, CHANGES_NEEDED does not. */
export const CUMULATIVE_STATUS_WORDS: Readonly<Record<CumulativeStatus, Phrase>> = {
  VERIFICATION_NEEDED: STATUS_WORDS.VERIFICATION_NEEDED,
  VERIFIED: STATUS_WORDS.VERIFIED,
  CHANGES_NEEDED: { uk: 'потребує змін', en: 'changes needed' },
  NOT_VERIFIED: STATUS_WORDS.NOT_VERIFIED,
};

/** The whole published dictionary, also what this system never writes. */
export const REASON_WORDS: Readonly<Record<StreamReason, Phrase>> = {
  INITIAL: { uk: 'початковий стан', en: 'initial state' },
  ONLINE_TRIGGERED: {
    uk: 'очікує автоматичної перевірки в реєстрі',
    en: 'waits for a check in the register',
  },
  RULES_TRIGGERED: {
    uk: 'спрацювало правило ручної верифікації',
    en: 'a rule of manual verification applies',
  },
  RULES_PASSED: {
    uk: 'жодне правило ручної верифікації не спрацювало',
    en: 'no rule of manual verification applies',
  },
  DOCUMENTS_TRIGGERED: {
    uk: 'потрібні скановані копії документів',
    en: 'scanned copies of documents are needed',
  },
  MANUAL: { uk: 'рішення посадової особи НСЗУ', en: 'decision of an NHS official' },
  MANUAL_DECEASED: {
    uk: 'посадова особа НСЗУ підтвердила смерть особи',
    en: 'an NHS official confirmed that the person is deceased',
  },
  MANUAL_NO_DEATH_RECORD: {
    uk: 'посадова особа НСЗУ встановила, що акт про смерть не стосується особи',
    en: 'an NHS official found that there is no death record of the person',
  },
  AUTO: { uk: 'результат автоматичної перевірки', en: 'result of an automatic check' },
  AUTO_ONLINE: {
    uk: 'результат онлайн-перевірки в реєстрі',
    en: 'result of an online check in the register',
  },
  AUTO_OFFLINE: {
    uk: 'результат офлайн-звірки з реєстром',
    en: 'result of an offline comparison with the register',
  },
  OFFLINE_VERIFIED: { uk: 'верифіковано офлайн', en: 'verified offline' },
  AUTO_DATA_ABSENT: { uk: 'немає даних для перевірки', en: 'there is no data to check' },
  AUTO_INCORRECT_DATA: { uk: 'дані не відповідають установленому формату', en: 'the data is malformed' },
  AUTO_VALID: { uk: 'паспорта немає серед недійсних', en: 'the passport is not among the invalid ones' },
  AUTO_NOT_VALID: { uk: 'паспорт недійсний', en: 'the passport is invalid' },
  AUTO_LOST: { uk: 'паспорт викрадено або втрачено', en: 'the passport is stolen or lost' },
  AUTO_NOT_LOST: {
    uk: 'паспорта немає серед викрадених і втрачених',
    en: 'the passport is not among the stolen and lost ones',
  },
  AUTO_NOT_FOUND: { uk: 'у реєстрі не знайдено', en: 'not found in the register' },
};

/** What happened to a register stream, by the row of its table. The texts say only what the row itself decides. */
export const STREAM_ROW_WORDS: Readonly<Record<RegisterStreamName, Readonly<Record<StreamRowName, Phrase>>>> =
  {
    dms_passport: {
      ...rowsByCheck({
        uk: 'перевірки паспорта в ДМС',
        en: 'the check of the passport by the Migration Service',
      }),
      S4: {
        uk: 'немає паспорта, який можна перевірити в ДМС',
        en: 'there is no passport that the Migration Service could check',
      },
      S5: {
        uk: 'номер паспорта не відповідає встановленому формату, запит до ДМС не надсилався',
        en: 'the passport number is malformed; the Migration Service was not asked',
      },
      S6: {
        uk: 'ДМС відповіла, що паспорта немає серед недійсних',
        en: 'the Migration Service answered that the passport is not among the invalid ones',
      },
      S7: {
        uk: 'ДМС відповіла, що паспорт недійсний',
        en: 'the Migration Service answered that the passport is invalid',
      },
      S8: {
        uk: 'під час перевірки іншого власника цього самого паспорта ДМС відповіла, що він недійсний',
        en: 'in the check of another holder of the same passport the Migration Service answered that it is invalid',
      },
    },
    mvs_passport: {
      ...rowsByCheck({
        uk: 'перевірки паспорта за базою викрадених і втрачених паспортів МВС',
        en: 'the check of the passport among the stolen and lost ones of the Ministry',
      }),
      S4: {
        uk: 'немає паспорта, який можна перевірити в МВС',
        en: 'there is no passport that the Ministry could check',
      },
      S5: {
        uk: 'номер паспорта не відповідає встановленому формату, запит до МВС не надсилався',
        en: 'the passport number is malformed; the Ministry was not asked',
      },
      S6: {
        uk: 'МВС відповіло, що паспорта немає серед викрадених і втрачених',
        en: 'the Ministry answered that the passport is not among the stolen and lost ones',
      },
      S7: {
        uk: 'МВС відповіло, що паспорт викрадено або втрачено',
        en: 'the Ministry answered that the passport is stolen or lost',
      },
      S8: {
        uk: 'під час перевірки іншого власника цього самого паспорта МВС відповіло, що його викрадено або втрачено',
        en: 'in the check of another holder of the same passport the Ministry answered that it is stolen or lost',
      },
    },
    unzr: {
      ...rowsByCheck({
        uk: 'перевірки УНЗР у демографічному реєстрі',
        en: 'the check of the UNZR in the demographic register',
      }),
      S4: { uk: 'УНЗР не вказано, перевіряти нічого', en: 'there is no UNZR to check' },
      S5: {
        uk: 'УНЗР не відповідає встановленому формату, його вилучено; запит до демографічного реєстру не надсилався',
        en: 'the UNZR is malformed and was removed; the demographic register was not asked',
      },
      S6: {
        uk: 'демографічний реєстр підтвердив УНЗР, ім’я та дату народження особи',
        en: 'the demographic register confirmed the UNZR, the name and the birth date of the person',
      },
      S7: {
        uk: 'демографічний реєстр не знайшов особи з таким УНЗР, ім’ям і датою народження',
        en: 'the demographic register found no person with this UNZR, name and birth date',
      },
      // A UNZR has one holder, so this row does not happen; another program may have written it.
      S8: {
        uk: 'під час перевірки іншого власника цього самого УНЗР демографічний реєстр його не підтвердив',
        en: 'in the check of another holder of the same UNZR the demographic register did not confirm it',
      },
    },
  };

/** What happened to the manual stream, by the row of its table. */
export const NHS_ROW_WORDS: Readonly<Record<NhsRowName, Phrase>> = {
  N1: {
    uk: 'під час реєстрації спрацювало правило ручної верифікації',
    en: 'a rule of manual verification applied at registration',
  },
  N2: {
    uk: 'під час реєстрації жодне правило ручної верифікації не спрацювало',
    en: 'no rule of manual verification applied at registration',
  },
  N3: {
    uk: 'для реєстрації потрібні скановані копії документів',
    en: 'the registration needs scanned copies of documents',
  },
  N4: { uk: 'посадова особа НСЗУ взяла особу в роботу', en: 'an NHS official took the person into work' },
  N5: {
    uk: 'посадова особа НСЗУ підтвердила дані особи',
    en: 'an NHS official accepted the data of the person',
  },
  N6: {
    uk: 'посадова особа НСЗУ відхилила дані особи',
    en: 'an NHS official rejected the data of the person',
  },
};

/** The rows whose words differ only by what is checked; `check` is a genitive in Ukrainian. */
function rowsByCheck(check: Phrase) {
  return {
    S1: { uk: `подано дані для ${check.uk}`, en: `data was given for ${check.en}` },
    S2: { uk: `не подано даних для ${check.uk}`, en: `no data was given for ${check.en}` },
    S3: { uk: `настав строк ${check.uk}`, en: `the time has come for ${check.en}` },
    S9: {
      uk: `через технічну помилку не отримано результату ${check.uk}`,
      en: `a technical error left no result of ${check.en}`,
    },
    S10: {
      uk: `посадова особа НСЗУ призначила повторення ${check.uk}`,
      en: `an NHS official asked to repeat ${check.en}`,
    },
    S11: {
      uk: `знято блокування незавершеної ${check.uk}`,
      en: `${check.en} did not end, and its lock was released`,
    },
  } as const satisfies Partial<Record<StreamRowName, Phrase>>;
}
