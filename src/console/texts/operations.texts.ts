import type { ProgramRole } from '../../database/mpi/program-instance.entity';
import type { MethodState } from '../../mvs-trembita';
import type { Condition, StreamProgress } from '../../verifications';
import { inBothLanguages } from '../frame/languages';

type Words<Key extends string> = Readonly<Record<Key, string>>;

/** What a condition means, and what to do about it. */
type Advice = Readonly<Record<Condition['name'], { readonly name: string; readonly advice: string }>>;

const CONDITIONS_UK: Advice = {
  ProcessDown: {
    name: 'Процес не подає ознак роботи',
    advice:
      'Причину вказано наприкінці його журналу. Решта процесів працює, а взятих ним у роботу осіб буде звільнено після завершення строку. Запустіть процес знову.',
  },
  RegisterCircuitOpen: {
    name: 'Звернення до реєстру призупинено',
    advice:
      'Реєстр не відповідає на запити. Зверніться до адміністратора реєстру. Дані не втрачено: надсилаються лише пробні запити, і роботу буде поновлено автоматично.',
  },
  RegisterErrors: {
    name: 'Багато запитів до реєстру без відповіді',
    advice:
      'Понад пʼята частина запитів за останні 30 секунд. Ці особи очікують повторної спроби. Якщо реєстр не встигає відповідати, зменште кількість одночасних запитів.',
  },
  RegisterRefusesUs: {
    name: 'Шлюз безпечного обміну відхиляє запити',
    advice: 'Повторні спроби не допоможуть. Звірте сертифікат, клієнта та коди сервісів із погодженими.',
  },
  RegisterForeignAnswers: {
    name: 'Отримано відповідь на інший запит',
    advice:
      'Відповідь відхилено, жодних даних не змінено. Передайте ідентифікатори повідомлень із журналу адміністратору шлюзу.',
  },
  RunFailed: {
    name: 'Запуск завершився помилкою',
    advice:
      'Реєстр занадто довго не відповідав, або база даних відхилила зміну. Усуньте причину та запустіть завдання вручну чи дочекайтеся розкладу.',
  },
  NoRunEnded: {
    name: 'Понад 30 годин жоден запуск не завершено',
    advice:
      'Перевірте, чи працюють обробники, чи розпочинаються запуски та чи не завершуються вони помилкою.',
  },
  PurgeOverdue: {
    name: 'Понад 50 годин застарілі записи не видалено',
    advice: 'Запустіть завдання вручну та перегляньте його результат.',
  },
  JobPaused: {
    name: 'Завдання призупинено',
    advice:
      'Нових осіб не буде взято в роботу, доки завдання не поновлять. Хто і чому його призупинив, вказано у розкладі.',
  },
  NothingFinished: {
    name: 'За годину не завершено жодної перевірки',
    advice:
      'Осіб узято в роботу, а результатів немає. Обробник очікує на реєстр або на заблоковані записи, або жоден обробник не працює.',
  },
  CannotBeChecked: {
    name: 'Багатьох осіб не вдається перевірити',
    advice:
      'Понад 1000 осіб мають десять технічних помилок поспіль. Перегляньте їх список із видом останньої помилки.',
  },
};

const CONDITIONS_EN: Advice = {
  ProcessDown: {
    name: 'A process gives no sign of life',
    advice:
      'Its log ends with the reason. The others continue, and the persons it had claimed are released after the lease. Start it again.',
  },
  RegisterCircuitOpen: {
    name: 'Calls to the register are paused',
    advice:
      'The register gives no answers. Ask its operators. Nothing is lost: one probe at a time goes out, and work resumes by itself.',
  },
  RegisterErrors: {
    name: 'Many calls to the register without an answer',
    advice:
      'More than a fifth of the calls of the last 30 seconds. Those persons wait and are tried again. If the register is too slow, lower the number of concurrent calls.',
  },
  RegisterRefusesUs: {
    name: 'The security server refuses our calls',
    advice: 'Retrying does not help. Compare certificate, client and service codes with what was agreed.',
  },
  RegisterForeignAnswers: {
    name: 'An answer to another question arrived',
    advice:
      'It was dropped and nobody was changed. Give the message ids in the log to the operators of the security server.',
  },
  RunFailed: {
    name: 'A run failed',
    advice:
      'The register did not answer for too long, or the database refused a change. Repair the cause and start the job by hand, or wait for the schedule.',
  },
  NoRunEnded: {
    name: 'No run has finished for 30 hours',
    advice: 'Check that workers run, that runs begin, and that they do not fail.',
  },
  PurgeOverdue: {
    name: 'Old rows have not been removed for 50 hours',
    advice: 'Start the job by hand and read its output.',
  },
  JobPaused: {
    name: 'The job is paused',
    advice: 'Nobody is claimed until it is resumed. The timetable says who paused it and why.',
  },
  NothingFinished: {
    name: 'No check was finished for an hour',
    advice:
      'Persons are claimed, and there are no results. A worker waits for the register or for locked rows, or no worker runs.',
  },
  CannotBeChecked: {
    name: 'Many persons cannot be checked',
    advice:
      'More than 1,000 persons have had ten technical errors in a row. Look at their list with the kind of the last error.',
  },
};

const LIMITS_UK: Words<NonNullable<StreamProgress['limitedBy']>> = {
  pause: 'завдання призупинено',
  circuit_breaker: 'звернення призупинено',
  rate_limiter: 'погоджена частота запитів',
  register: 'швидкість відповідей реєстру',
  workers: 'кількість обробників',
};

const LIMITS_EN: Words<NonNullable<StreamProgress['limitedBy']>> = {
  pause: 'the job is paused',
  circuit_breaker: 'calls are paused',
  rate_limiter: 'the agreed rate of calls',
  register: 'the answers of the register',
  workers: 'the number of workers',
};

const METHODS_UK: Words<MethodState['method']> = {
  CheckPassportDMSStatus: 'ДМС: недійсні документи',
  CheckPassportStatus: 'МВС: викрадені та втрачені документи',
  checkunzr: 'ЄДДР: перевірка УНЗР',
  unzr: 'ЄДДР: відомості за УНЗР',
};

const METHODS_EN: Words<MethodState['method']> = {
  CheckPassportDMSStatus: 'Migration Service: invalid documents',
  CheckPassportStatus: 'Ministry of the Interior: stolen and lost documents',
  checkunzr: 'Demographic register: check of a UNZR',
  unzr: 'Demographic register: what a UNZR stands for',
};

const BREAKERS_UK: Words<MethodState['state']> = {
  closed: 'Звернення дозволено',
  open: 'Звернення призупинено',
  half_open: 'Пробний запит',
};

const BREAKERS_EN: Words<MethodState['state']> = {
  closed: 'Calls go out',
  open: 'Calls are paused',
  half_open: 'A probe decides',
};

const ROLES_UK: Words<ProgramRole> = {
  api: 'API',
  worker: 'Обробник',
  api_and_worker: 'API та обробник',
  command: 'Команда',
};

const ROLES_EN: Words<ProgramRole> = {
  api: 'API',
  worker: 'Worker',
  api_and_worker: 'API and worker',
  command: 'Command',
};

/** Texts of the pages that show how the installation works. */
export const OPERATIONS_TEXTS = inBothLanguages({
  uk: {
    condition: CONDITIONS_UK,
    progress_limit: LIMITS_UK,
    register_method: METHODS_UK,
    breaker_state: BREAKERS_UK,
    program_role: ROLES_UK,
    overview: {
      title: 'Огляд перевірок',
      lead: 'Хід перевірок у державних реєстрах.',
      conditions: 'Потребує уваги',
      no_conditions: 'Відхилень не виявлено.',
      critical: 'Критично',
      warning: 'Увага',
      alert: 'Сповіщення моніторингу:',
      streams: 'Перевірки',
      streams_caption: 'Перевірки за реєстрами',
      job: 'Реєстр',
      due: 'Підлягають перевірці',
      claimed: 'У роботі',
      waiting_for_retry: 'Очікують повторної спроби',
      cannot_be_checked: 'Не вдається перевірити',
      done: 'Перевірено за запуск',
      per_second_1m: 'Осіб/с за 1 хв',
      per_second_10m: 'Осіб/с за 10 хв',
      done_at: 'Очікуване завершення',
      limited_by: 'Що обмежує швидкість',
      no_run: 'запуск не виконується',
      due_note: 'Кількість осіб, які підлягають перевірці, оновлюється щохвилини. Час київський.',
      rates: 'Швидкість',
      rates_chart: 'Графік швидкості перевірок; ті самі значення наведено в таблиці нижче',
      rates_caption: 'Осіб за секунду за останні хвилини',
      no_rates: 'Графік зʼявиться через кілька секунд після початку запуску.',
      at: 'Час',
    },
    register: {
      title: 'Звернення до реєстру',
      lead: 'Стан звернень через шлюз безпечного обміну, спільний для всіх обробників.',
      permits: 'Дозволи на одночасні запити',
      rate: 'Запитів за секунду',
      of: (used: string, limit: string) => `${used} з ${limit}`,
      rate_without_limit: (perSecond: string) => `${perSecond}, без обмеження`,
      caption: 'Методи реєстру',
      method: 'Метод',
      state: 'Стан',
      open_until: 'Призупинено до',
      probe: 'Пробний запит виконує',
      until: 'до',
      calls: 'Запитів за 30 с',
      failures: 'Без відповіді за 30 с',
      answered_at: 'Остання відповідь',
    },
    processes: {
      title: 'Процеси',
      lead: 'Процеси API та обробники цієї системи.',
      caption: 'Процеси, останні запущені спочатку',
      id: 'Процес',
      role: 'Призначення',
      state: 'Стан',
      host: 'Сервер',
      version: 'Версія',
      started_at: 'Запущено',
      last_seen_at: 'Остання ознака роботи',
      claims: 'Пакетів у роботі',
      oldest_claim_at: 'Найдавніший пакет узято',
      runs: 'Працює',
      silent: 'Не відповідає',
      silent_note:
        'Процес, який аварійно завершився, залишається у списку сім днів. Процес подає ознаку роботи кожні 10 секунд.',
    },
  },
  en: {
    condition: CONDITIONS_EN,
    progress_limit: LIMITS_EN,
    register_method: METHODS_EN,
    breaker_state: BREAKERS_EN,
    program_role: ROLES_EN,
    overview: {
      title: 'Overview of checks',
      lead: 'How the checks in the state registers go on.',
      conditions: 'Needs attention',
      no_conditions: 'Nothing unusual.',
      critical: 'Critical',
      warning: 'Warning',
      alert: 'Alert:',
      streams: 'Checks',
      streams_caption: 'Checks by register',
      job: 'Register',
      due: 'Due',
      claimed: 'Claimed',
      waiting_for_retry: 'Waiting for a retry',
      cannot_be_checked: 'Cannot be checked',
      done: 'Done in this run',
      per_second_1m: 'Persons/s, 1 min',
      per_second_10m: 'Persons/s, 10 min',
      done_at: 'Expected end',
      limited_by: 'Limited by',
      no_run: 'no run is going',
      due_note: 'How many are due is counted once a minute. Times are those of Kyiv.',
      rates: 'Speed',
      rates_chart: 'Chart of the speed of checks; the table below has the same values',
      rates_caption: 'Persons a second in the last minutes',
      no_rates: 'The chart appears some seconds after a run has begun.',
      at: 'Time',
    },
    register: {
      title: 'Calls to the register',
      lead: 'The state of the calls through the security server, as all workers share it.',
      permits: 'Permits for concurrent calls',
      rate: 'Calls a second',
      of: (used, limit) => `${used} of ${limit}`,
      rate_without_limit: (perSecond) => `${perSecond}, without a limit`,
      caption: 'Methods of the register',
      method: 'Method',
      state: 'State',
      open_until: 'Paused until',
      probe: 'Probe made by',
      until: 'until',
      calls: 'Calls in 30 s',
      failures: 'Without an answer in 30 s',
      answered_at: 'Last answer',
    },
    processes: {
      title: 'Processes',
      lead: 'API processes and workers of this installation.',
      caption: 'Processes, newest first',
      id: 'Process',
      role: 'Role',
      state: 'State',
      host: 'Host',
      version: 'Version',
      started_at: 'Started',
      last_seen_at: 'Last sign of life',
      claims: 'Batches claimed',
      oldest_claim_at: 'Oldest batch claimed',
      runs: 'Runs',
      silent: 'Silent',
      silent_note:
        'A process that was killed stays in the list for seven days. A process gives a sign of life every 10 seconds.',
    },
  },
});
