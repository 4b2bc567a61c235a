import type { DocumentType } from '../../src/domain/person/dictionaries';
import { type AnswerName, isListed, SCRIPTED_ANSWERS } from '../sandbox';
import type { DocumentKind } from './demo-case';
import type { SeededRandom } from './seeded-random';

export interface InventedDocument {
  readonly type: DocumentType;
  readonly number: string;
  readonly issuedAt: string;
  readonly expirationDate: string | null;
}

/** Ukrainian letters that look like Latin ones, each with its look-alike: an invisible typing mistake. */
const LOOK_ALIKES = {
  А: 'A',
  В: 'B',
  Е: 'E',
  І: 'I',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Х: 'X',
} as const;

type Letter = keyof typeof LOOK_ALIKES;

const LETTERS = Object.keys(LOOK_ALIKES) as [Letter, ...Letter[]];

/** Long ago for every person. */
const EXPIRED_ON = '2019-12-31';
/** Before every other document of the demo, so that it is never the latest one. */
const ISSUED_FIRST = '1999-05-17';

/** Documents of each kind. No number is given to two people unless the kind says so. */
export class InventedDocuments {
  private readonly given = new Set<string>();
  private readonly shared = new Map<string, string>();

  constructor(private readonly random: SeededRandom) {}

  /** The n-th document of a kind; of the shared kinds the same n gives the same number. */
  make(kind: DocumentKind, n: number): InventedDocument {
    if (kind in SCRIPTED_ANSWERS) return this.booklet(SCRIPTED_ANSWERS[kind as AnswerName].passport);
    if (kind === 'national_id') return this.document('NATIONAL_ID', this.random.digits(9));
    if (kind === 'birth_certificate')
      return this.document('BIRTH_CERTIFICATE', `1-БК${this.random.digits(6)}`);
    if (kind === 'expired') return { ...this.booklet(this.fresh(false)), expirationDate: EXPIRED_ON };
    if (kind === 'replaced_listed') return { ...this.booklet(this.fresh(true)), issuedAt: ISSUED_FIRST };
    return this.booklet(this.numberOf(kind, n));
  }

  private numberOf(kind: DocumentKind, n: number): string {
    switch (kind) {
      case 'listed':
        return this.fresh(true);
      case 'shared_listed':
        return this.sharedBy(kind, n, true);
      case 'shared_listed_small_letters':
        return this.sharedBy('shared_listed', n, true).toLowerCase();
      case 'twice_listed':
        return this.sharedBy(kind, Math.floor(n / 2), true);
      case 'shared_unlisted':
        return this.sharedBy(kind, n, false);
      default:
        return mistyped(kind, this.fresh(false));
    }
  }

  /** A new number, which the sandbox register lists or does not list. */
  private fresh(listed: boolean): string {
    for (;;) {
      const number = this.random.pick(LETTERS) + this.random.pick(LETTERS) + this.random.digits(6);
      if (this.given.has(number) || isListed('CheckPassportDMSStatus', number) !== listed) continue;
      this.given.add(number);
      return number;
    }
  }

  private sharedBy(kind: DocumentKind, n: number, listed: boolean): string {
    const key = `${kind} ${n}`;
    const number = this.shared.get(key) ?? this.fresh(listed);
    this.shared.set(key, number);
    return number;
  }

  private booklet(number: string): InventedDocument {
    return this.document('PASSPORT', number);
  }

  private document(type: DocumentType, number: string): InventedDocument {
    const issuedAt = `${2004 + this.random.below(12)}-03-${10 + this.random.below(20)}`;
    return { type, number, issuedAt, expirationDate: null };
  }
}

/** The number with the typing mistake of its kind; unchanged for the other kinds. */
function mistyped(kind: DocumentKind, number: string): string {
  switch (kind) {
    case 'latin_letters':
      return number.replace(/\D/g, (letter) => LOOK_ALIKES[letter as Letter]);
    case 'small_letters':
      return number.toLowerCase();
    case 'with_space':
      return number.replace(/^../, '$& ');
    case 'five_digits':
      return number.slice(0, -1);
    case 'russian_letter':
      return number.replace(/^./, 'Э');
    default:
      return number;
  }
}
