import { type RefusalCode, sentenceOf } from '../../domain/refusal';
import type { Language } from '../frame/languages';
import { DICTIONARY_TEXTS } from './dictionary.texts';
import { FRAME_TEXTS } from './frame.texts';
import { JOBS_TEXTS } from './jobs.texts';
import { MENU_TEXTS } from './menu.texts';
import { OPERATIONS_TEXTS } from './operations.texts';
import { PERSONS_TEXTS } from './persons.texts';
import { REFUSALS_UK } from './refusals.texts';
import { RELATIONSHIPS_TEXTS } from './relationships.texts';
import { VERIFICATIONS_TEXTS } from './verifications.texts';

type Words = Readonly<Record<string, string>>;

/** The sentence about a refusal in one language; undefined when only its status is to be explained. */
function refusalIn(language: Language, code: RefusalCode | undefined, words: Words): string | undefined {
  if (code === undefined) return undefined;
  if (language === 'en') return sentenceOf(code, words);
  const sentence = REFUSALS_UK[code];
  return typeof sentence === 'function' ? sentence(words) : sentence;
}

/** The texts of every part of the pages. Each part has a file beside this one, and no two parts a group of one name. */
const PARTS = [
  FRAME_TEXTS,
  DICTIONARY_TEXTS,
  MENU_TEXTS,
  OPERATIONS_TEXTS,
  JOBS_TEXTS,
  PERSONS_TEXTS,
  RELATIONSHIPS_TEXTS,
  VERIFICATIONS_TEXTS,
] as const;

type AllOf<Part> = (Part extends unknown ? (part: Part) => void : never) extends (part: infer All) => void
  ? All
  : never;

/** The groups of all parts; both languages have the same keys. */
type Texts = AllOf<(typeof PARTS)[number]['uk']>;

function textsIn(language: Language) {
  const groups = PARTS.flatMap((part) => Object.entries(part[language]));
  if (new Set(groups.map(([name]) => name)).size < groups.length)
    throw new Error('Two parts of the texts have a group of one name.');
  const refusal = (code: RefusalCode | undefined, words: Words) => refusalIn(language, code, words);
  return { ...(Object.fromEntries(groups) as unknown as Texts), refusal };
}

export const TEXTS = { uk: textsIn('uk'), en: textsIn('en') } as const;
