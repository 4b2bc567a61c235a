/** A document as a drill makes it up. Days as `YYYY-MM-DD`. */
export interface MadeDocument {
  readonly id: string;
  readonly type: 'PASSPORT' | 'NATIONAL_ID' | 'BIRTH_CERTIFICATE';
  readonly number: string;
  readonly issuedOn: string | null;
  readonly expiresOn: string | null;
}

/** How a stream stands at the beginning. */
export interface Standing {
  readonly status: string;
  readonly reason: string;
  /** How long ago the register was asked; null when it never was. */
  readonly syncedDaysAgo: number | null;
}

/** A made-up person, with what decides about him. */
export interface MadePerson {
  readonly id: string;
  /** What he is there for, in a few words: told when he ends wrong. */
  readonly kind: string;
  readonly active: boolean;
  readonly documents: readonly MadeDocument[];
  readonly stream: Standing;
  /** The stream of the officials: the one other stream that differs between persons at the beginning. */
  readonly nhs: 'VERIFIED' | 'VERIFICATION_NEEDED' | 'NOT_VERIFIED';
  /** Begun again by an edit of the documents; VERIFIED at the beginning. */
  readonly mvsPassport?: 'VERIFIED' | 'VERIFICATION_NEEDED' | 'VERIFICATION_NOT_NEEDED';
  /** Blocked by hand: his sum stays NOT_VERIFIED whatever happens. */
  readonly blocked: boolean;
}

/** A made-up health worker. */
export interface MadeParty {
  readonly id: string;
  readonly kind: string;
  readonly active: boolean;
  readonly type: MadeDocument['type'];
  readonly number: string;
  readonly stream: Standing;
}

/** What the register says about each number it can be asked about. */
export interface Truths {
  readonly found: ReadonlySet<string>;
  /** Numbers with a technical error at first, and what the register says once it is mended. */
  readonly failing: ReadonlyMap<string, string>;
  /** Numbers it never answers about. */
  readonly hopeless: ReadonlyMap<string, string>;
}

/** Everybody of one drill. */
export interface People {
  readonly persons: readonly MadePerson[];
  readonly parties: readonly MadeParty[];
  /** Parties are asked about as well, by the job of their own; otherwise they are only reached by others' answers. */
  readonly partiesToo: boolean;
  readonly truths: Truths;
  /** Numbers that were given to nobody yet, for persons who are edited. */
  readonly spare: { readonly found: readonly string[]; readonly notFound: readonly string[] };
}
