import type { Bin, Feature } from './person-match-model.table';

/** Which bin a count falls into: the first limit it does not exceed, in the order given. */
export interface BinLimits<B extends string> {
  readonly upTo: readonly (readonly [limit: number, bin: B])[];
  readonly beyond: B;
}

/** The same where there may be nothing to count. */
export interface BinLimitsOrMissing<B extends string> extends BinLimits<B> {
  readonly missing: B;
}

/** A first name is never missing. Bins are named as the model names them, hence the gaps. */
export const FIRST_NAME_LIMITS = {
  upTo: [
    [1, '0'],
    [2, '2'],
  ],
  beyond: '3',
} as const satisfies BinLimits<Bin<'d_first_name_bin'>>;

export const LAST_NAME_LIMITS = {
  upTo: [
    [1, '1'],
    [2, '2'],
    [3, '3'],
  ],
  beyond: '4',
} as const satisfies BinLimits<Bin<'d_last_name_bin'>>;

/** Missing: one of the two has no second name, or both. */
export const SECOND_NAME_LIMITS = {
  upTo: [
    [2, '1'],
    [6, '3'],
  ],
  beyond: '4',
  missing: '2',
} as const satisfies BinLimitsOrMissing<Bin<'d_second_name_bin'>>;

export const TAX_ID_LIMITS = {
  upTo: [
    [0, '0'],
    [2, '2'],
  ],
  beyond: '3',
  missing: '1',
} as const satisfies BinLimitsOrMissing<Bin<'d_tax_id_bin'>>;

/** By the length of the shortest number, where two documents are written alike. */
export const ALIKE_DOCUMENTS_LIMITS = {
  upTo: [
    [4, '0x<4'],
    [6, '0x<6'],
  ],
  beyond: '0x>6',
  missing: '0x1',
} as const satisfies BinLimitsOrMissing<Bin<'d_documents_bin'>>;

/** By the same length, where they differ in one sign. */
export const NEARLY_ALIKE_DOCUMENTS_LIMITS = {
  upTo: [[6, '1x<6']],
  beyond: '1x>6',
  missing: '1x<6',
} as const satisfies BinLimitsOrMissing<Bin<'d_documents_bin'>>;

/** By the distance, where it is more than one. */
export const DIFFERENT_DOCUMENTS_LIMITS = {
  upTo: [[3, '2']],
  beyond: '3',
} as const satisfies BinLimits<Bin<'d_documents_bin'>>;

/** Where there is nothing to compare: by whether any number at all is there. */
export const NO_PAIR_OF_DOCUMENTS = {
  withNumber: '3',
  withoutNumber: '0x1',
} as const satisfies Record<string, Bin<'d_documents_bin'>>;

/** By the smallest count of different digits in a number, where two numbers are equal: 1111 is a number anybody makes up. */
export const EQUAL_NUMBERS_LIMITS = {
  upTo: [
    [1, '0x1'],
    [2, '0x2'],
    [3, '0x3'],
  ],
  beyond: '0x4',
} as const satisfies BinLimits<Bin<'docs_same_number_bin'>>;

/** By the same count, where no two numbers are equal; zero when there is no number. */
export const UNEQUAL_NUMBERS_LIMITS = {
  upTo: [
    [0, '1x0'],
    [3, '1x2'],
  ],
  beyond: '1x3',
} as const satisfies BinLimits<Bin<'docs_same_number_bin'>>;

type Flag = {
  [F in Feature]: Bin<F> extends '0' | '1' ? F : never;
}[Feature];

/** The features that only say yes or no, and which bin says that the two persons are alike in it. */
export const FLAG_BINS = {
  birth_settlement_substr_bin: { alike: '0', unlike: '1' },
  authentication_methods_flag_bin: { alike: '0', unlike: '1' },
  residence_settlement_flag_bin: { alike: '0', unlike: '1' },
  gender_flag_bin: { alike: '0', unlike: '1' },
} as const satisfies { readonly [F in Exclude<Flag, 'twins_flag_bin'>]: { alike: Bin<F>; unlike: Bin<F> } };

export const TWINS_BINS = { twins: '1', noTwins: '0' } as const satisfies Record<
  string,
  Bin<'twins_flag_bin'>
>;
