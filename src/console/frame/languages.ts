/** The languages of the pages; the first is the default. */
export const LANGUAGES = ['uk', 'en'] as const;

export type Language = (typeof LANGUAGES)[number];

export const DEFAULT_LANGUAGE: Language = LANGUAGES[0];

export const isLanguage = (value: unknown): value is Language => LANGUAGES.some((each) => each === value);

/** Texts of one language: sentences, functions that make one, and groups of them. */
export interface TextTree {
  readonly [key: string]: string | ((...given: never[]) => string) | TextTree;
}

/** The same keys with texts of another language. */
type SameKeys<Tree> = {
  readonly [Key in keyof Tree]: Tree[Key] extends string
    ? string
    : Tree[Key] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : SameKeys<Tree[Key]>;
};

/** The texts of one part of the pages. A key that one language lacks does not compile. */
export const inBothLanguages = <const Tree extends TextTree>(texts: {
  readonly uk: Tree;
  readonly en: SameKeys<NoInfer<Tree>>;
}): { readonly uk: SameKeys<Tree>; readonly en: SameKeys<Tree> } => texts as never;

const PLURALS = { uk: new Intl.PluralRules('uk'), en: new Intl.PluralRules('en') } as const;

/** `1 запис, 2 записи, 5 записів` */
export function countedUk(count: number, [one, few, many]: readonly [string, string, string]): string {
  const form = { one, few, many, zero: many, two: few, other: few }[PLURALS.uk.select(count)];
  return `${count.toLocaleString('uk')} ${form}`;
}

/** `1 row, 2 rows` */
export function countedEn(count: number, [one, other]: readonly [string, string]): string {
  return `${count.toLocaleString('en')} ${PLURALS.en.select(count) === 'one' ? one : other}`;
}

/**
 * Texts as templates get them: templates are not compiled against types, so a missing key throws instead of showing
 * "undefined". A test renders every view, so it finds such a key.
 */
export function strictly<Tree extends object>(tree: Tree, path = 'text'): Tree {
  return new Proxy(tree, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      const name = `${path}.${String(key)}`;
      if (value === undefined) throw new Error(`The pages have no text ${name}.`);
      return typeof value === 'object' && value !== null ? strictly(value, name) : value;
    },
  });
}
