import type { RefusalCode } from '../../domain/refusal';
import type { StreamStatus } from '../../domain/verification/stream';
import { DICTIONARY_TEXTS } from './dictionary.texts';

type Words = Readonly<Record<string, string>>;

/** What a refusal is called on a page; in English its published sentence. Others are shown by their status. */
export const REFUSALS_UK: Partial<Record<RefusalCode, string | ((words: Words) => string)>> = {
  person_not_found: 'Особу не знайдено.',
  verification_not_found: 'Дані верифікації не знайдено.',
  check_not_found: 'Перевірку не знайдено.',
  unzr_info_not_found: 'Запит за цим УНЗР не знайдено.',
  person_not_active: 'Особа неактивна.',
  manual_verification_refused: 'Особу неможливо передати на ручну верифікацію.',
  status_change_refused: ({ from = '', to = '' }) =>
    `Неможливо змінити статус верифікації з «${statusUk(from)}» на «${statusUk(to)}».`,
  comment_required: 'Для цього рішення потрібен коментар.',
  changed_meanwhile: 'Дані змінено після того, як ви відкрили сторінку. Відкрийте її знову.',
  job_not_found: 'Завдання не знайдено.',
  job_already_running: 'Завдання вже виконується.',
  job_paused: 'Завдання призупинено.',
  relationship_not_found: 'Звʼязок із законним представником не знайдено.',
  access_token_invalid: 'Сеанс завершено або токен доступу недійсний.',
  scope_missing: ({ allowances = '' }) =>
    `Ваші повноваження не дають доступу до цієї сторінки. Бракує: ${allowances}.`,
  legal_entity_not_active: 'Юридична особа, від імені якої ви працюєте, неактивна.',
  entity_type_refused: 'Ця сторінка доступна лише працівникам НСЗУ.',
  too_many_requests: 'Забагато запитів. Спробуйте трохи пізніше.',
  validation_failed: 'Запит містить неправильні значення.',
};

const statusUk = (status: string): string => DICTIONARY_TEXTS.uk.status[status as StreamStatus] ?? status;
