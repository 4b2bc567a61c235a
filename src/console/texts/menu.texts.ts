import { inBothLanguages } from '../frame/languages';

/** Names of the pages in the menu, what each is for, and notes that a page says once after a change. */
export const MENU_TEXTS = inBothLanguages({
  uk: {
    menu: {
      home: 'Головна',
    },
    menu_lead: {
      home: '',
    },
    notes: {
      signed_out: 'Ви вийшли із системи.',
    },
  },
  en: {
    menu: {
      home: 'Home',
    },
    menu_lead: {
      home: '',
    },
    notes: {
      signed_out: 'You have signed out.',
    },
  },
});
