/** The name of a person. */
export interface FullName {
  readonly lastName: string;
  readonly firstName: string;
  readonly secondName?: string | null;
}

/** A name for third persons and logs: the last name and initials. */
export function maskedName({ lastName, firstName, secondName }: FullName): string {
  return [lastName, initial(firstName), initial(secondName ?? '')].filter((part) => part !== '').join(' ');
}

/** A name as its columns are called in the tables. */
export interface NameRow {
  readonly last_name: string | null;
  readonly first_name: string | null;
  readonly second_name: string | null;
}

/** The same of a row; an empty string when it has no name. */
export function maskedNameOf({ last_name, first_name, second_name }: NameRow): string {
  return maskedName({ lastName: last_name ?? '', firstName: first_name ?? '', secondName: second_name });
}

/** A phone with the country and operator code and the last two digits: `+38093*****85`. */
export function maskedPhone(phone: string): string {
  return masked(phone, PHONE_SYMBOLS_AT_START);
}

/** A tax_id, UNZR or document number: only the last two symbols are visible. */
export function maskedNumber(number: string): string {
  return masked(number, 0);
}

/** `+38093`, the same for all subscribers of an operator. */
const PHONE_SYMBOLS_AT_START = 6;

/** Symbols that stay visible at the end. */
const SYMBOLS_AT_END = 2;

function masked(text: string, symbolsAtStart: number): string {
  const symbols = [...text];
  const hidden = symbols.length - symbolsAtStart - SYMBOLS_AT_END;
  // Too short: then the start is hidden as well, and at last everything.
  if (hidden < SYMBOLS_AT_END) return symbolsAtStart > 0 ? masked(text, 0) : '*'.repeat(symbols.length);
  return (
    symbols.slice(0, symbolsAtStart).join('') + '*'.repeat(hidden) + symbols.slice(-SYMBOLS_AT_END).join('')
  );
}

/** The first letter with its marks: a decomposed Й would otherwise become И. */
export function initial(name: string): string {
  const [first] = [...name.trim().normalize('NFC')];
  return first === undefined ? '' : `${first}.`;
}
