import { inBothLanguages } from '../frame/languages';

/** Names of the pages in the menu, what each is for, and notes that a page says once after a change. */
export const MENU_TEXTS = inBothLanguages({
  uk: {
    menu: {
      home: 'Головна',
      overview: 'Огляд',
      register: 'Реєстр',
      processes: 'Процеси',
      persons: 'Пошук особи',
      unchecked: 'Не вдається перевірити',
      work_list: 'Неверифіковані',
    },
    menu_lead: {
      home: '',
      overview: 'Хід перевірок, швидкість та відхилення.',
      register: 'Чи приймає реєстр запити та скільки їх надсилається.',
      processes: 'Які процеси працюють, у якій версії та що взяли в роботу.',
      persons: 'Знайти особу, дізнатися, чому вона не верифікована, і перевірити ще раз.',
      unchecked: 'Щодо кого реєстри не дають відповіді.',
      work_list: 'Кого взяти в роботу: потік, причина, відколи.',
    },
    notes: {
      signed_out: 'Ви вийшли із системи.',
      check_requested: 'Перевірку розпочато. Її стан показано в таблиці потоків.',
      check_queued: 'Потік поставлено в чергу. Його перевірить наступний запуск завдання.',
      decision_recorded: 'Рішення записано.',
    },
  },
  en: {
    menu: {
      home: 'Home',
      overview: 'Overview',
      register: 'Register',
      processes: 'Processes',
      persons: 'Find a person',
      unchecked: 'Cannot be checked',
      work_list: 'Unverified',
    },
    menu_lead: {
      home: '',
      overview: 'How the checks go on, how fast, and what is wrong.',
      register: 'Whether calls to the register go out, and how many.',
      processes: 'Which processes run, in which version, and what they have claimed.',
      persons: 'Find a person, see why they are not verified, and have them checked again.',
      unchecked: 'About whom the registers give no answer.',
      work_list: 'Whom to work on: stream, reason, since when.',
    },
    notes: {
      signed_out: 'You have signed out.',
      check_requested: 'The check has begun. The table of streams shows its state.',
      check_queued: 'The stream is in the queue. The next run of the job checks it.',
      decision_recorded: 'The decision is recorded.',
    },
  },
});
