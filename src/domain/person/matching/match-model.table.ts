/**
 * The published model of the deduplication service of the master patient index (Apache-2.0): a logistic regression over
 * eleven features, each put into a bin. Every figure has all its published digits and must not be rounded.
 */
export const PERSON_MATCH_MODEL = {
  intercept: -0.6109783730781212,
  coefficients: {
    d_first_name_bin: -0.7733992247117832,
    d_last_name_bin: -0.4565995754973051,
    d_second_name_bin: -0.3485745350780199,
    d_documents_bin: -0.43918512825786565,
    docs_same_number_bin: -0.22601612665227078,
    birth_settlement_substr_bin: -0.08369141708047075,
    d_tax_id_bin: -0.8799619209233859,
    authentication_methods_flag_bin: -0.5628843523236348,
    residence_settlement_flag_bin: -0.12569731463888392,
    gender_flag_bin: -0.5740561741793094,
    twins_flag_bin: -0.5553782718154032,
  },
  weightOfEvidence: {
    d_first_name_bin: {
      '0': -1.7025206778335051,
      '2': 0.7910659537387679,
      '3': 4.1944738672706,
    },
    d_last_name_bin: {
      '1': -1.2215929159632735,
      '2': -0.945200631290846,
      '3': 2.548139864978933,
      '4': 3.6292298029548404,
    },
    d_second_name_bin: {
      '1': -1.4419343375855995,
      '2': -1.3590438638084639,
      '3': 2.029924731221448,
      '4': 3.107521816832383,
    },
    d_documents_bin: {
      '0x1': 4.389909754781649,
      '0x<4': 2.7695725518895133,
      '0x<6': -2.4831740837600034,
      '0x>6': -3.624719884062873,
      '1x<6': 0.865227760913012,
      '1x>6': -0.5276351162485944,
      '2': 0.3615792116799129,
      '3': 2.266139625994583,
    },
    docs_same_number_bin: {
      '0x1': 4.437537803770904,
      '0x2': -1.6654681180699855,
      '0x3': -1.679856855522085,
      '0x4': -2.5705855493460152,
      '1x0': 3.0191731836926845,
      '1x2': 1.789987854109992,
      '1x3': 1.9875211473492653,
    },
    birth_settlement_substr_bin: {
      '0': -0.8717019081110137,
      '1': 1.5608522675881287,
    },
    d_tax_id_bin: {
      '0': -2.652100339302385,
      '1': -0.061579726393708956,
      '2': 2.594291759866065,
      '3': 2.118515921394033,
    },
    authentication_methods_flag_bin: {
      '0': -1.0032157400739212,
      '1': 1.2737777846801033,
    },
    residence_settlement_flag_bin: {
      '0': -0.7443413520316723,
      '1': 2.155021636764906,
    },
    gender_flag_bin: {
      '0': -0.3725286319144691,
      '1': 2.737023351725083,
    },
    twins_flag_bin: {
      '0': -0.14173309726505687,
      '1': 2.746810559774417,
    },
  },
} as const;

/** The features of the model. */
export type Feature = keyof typeof PERSON_MATCH_MODEL.coefficients;

/** The bins of a feature. */
export type Bin<F extends Feature> = keyof (typeof PERSON_MATCH_MODEL.weightOfEvidence)[F];

/** One bin of every feature of a pair. */
export type Bins = { readonly [F in Feature]: Bin<F> };

/** The bin of a count: that of the first limit which it does not exceed. */
export interface BinLimits<B extends string> {
  readonly upTo: readonly (readonly [limit: number, bin: B])[];
  readonly beyond: B;
}

/** The same for a value that may be missing. */
export interface BinLimitsOrMissing<B extends string> extends BinLimits<B> {
  readonly missing: B;
}

/** A first name is never missing. Bins have the names of the model, hence the gaps. */
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

/** By the length of the shortest number, when two documents are equal. */
export const ALIKE_DOCUMENTS_LIMITS = {
  upTo: [
    [4, '0x<4'],
    [6, '0x<6'],
  ],
  beyond: '0x>6',
  missing: '0x1',
} as const satisfies BinLimitsOrMissing<Bin<'d_documents_bin'>>;

/** By the same length, when they differ in one symbol. */
export const NEARLY_ALIKE_DOCUMENTS_LIMITS = {
  upTo: [[6, '1x<6']],
  beyond: '1x>6',
  missing: '1x<6',
} as const satisfies BinLimitsOrMissing<Bin<'d_documents_bin'>>;

/** By the distance, when it is more than one. */
export const DIFFERENT_DOCUMENTS_LIMITS = {
  upTo: [[3, '2']],
  beyond: '3',
} as const satisfies BinLimits<Bin<'d_documents_bin'>>;

/** When there is nothing to compare: by whether there is any number. */
export const NO_PAIR_OF_DOCUMENTS = {
  withNumber: '3',
  withoutNumber: '0x1',
} as const satisfies Record<string, Bin<'d_documents_bin'>>;

/** By the smallest count of different digits in a number, when two numbers are equal: 1111 is easily invented. */
export const EQUAL_NUMBERS_LIMITS = {
  upTo: [
    [1, '0x1'],
    [2, '0x2'],
    [3, '0x3'],
  ],
  beyond: '0x4',
} as const satisfies BinLimits<Bin<'docs_same_number_bin'>>;

/** By the same count, when no two numbers are equal; zero when there is no number. */
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

/** The yes-or-no features, with the bins of equal and of different persons. */
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
