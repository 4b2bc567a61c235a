import { describe, expect, it } from 'vitest';
import { isListed } from '../sandbox';
import { DEMO_ID_PREFIX, makePeople } from './invented-people';
import { PERSON_CASES } from './person-cases.table';

const { persons, parties } = makePeople();
const everybody = [...persons, ...parties];
const listed = (number: string): boolean => isListed('CheckPassportDMSStatus', number);

function numbersOf(name: keyof typeof PERSON_CASES): string[] {
  const people = persons.filter((person) => person.case === PERSON_CASES[name]);
  return people.flatMap(({ documents }) => documents.map(({ number }) => number));
}

describe('The people of the demo', () => {
  it('are 2,000 persons and 50 parties, each with an id of the demo', () => {
    expect([persons.length, parties.length]).toEqual([2000, 50]);
    expect(new Set(everybody.map(({ id }) => id)).size).toBe(2050);
    expect(everybody.every(({ id }) => id.startsWith(DEMO_ID_PREFIX))).toBe(true);
  });

  it('are the same every time', () => {
    expect(makePeople()).toEqual({ persons, parties });
  });

  it('hold documents that the sandbox register lists exactly where their case says so', () => {
    expect(numbersOf('valid').some(listed)).toBe(false);
    expect(numbersOf('invalid').every(listed)).toBe(true);
    expect(numbersOf('shared_invalid').every(listed)).toBe(true);
    expect(numbersOf('shared_valid').some(listed)).toBe(false);
  });

  it('share passports only where their case says so, in another case of letters too', () => {
    expect(numbersOf('shared_invalid_lately')).toEqual(numbersOf('shared_invalid'));
    expect(numbersOf('shared_invalid_small')).toEqual(
      numbersOf('shared_invalid').map((number) => number.toLowerCase()),
    );
    expect(new Set(numbersOf('twice_invalid')).size).toBe(10);
    const alone = [...numbersOf('valid'), ...numbersOf('invalid'), ...numbersOf('not_due')];
    expect(new Set(alone).size).toBe(alone.length);
  });

  it.each([
    ['latin_letters', /^[A-Z]{2}\d{6}$/],
    ['small_letters', /^[а-яі]{2}\d{6}$/],
    ['with_space', /^[А-ЯІ]{2} \d{6}$/],
    ['five_digits', /^[А-ЯІ]{2}\d{5}$/],
    ['russian_letter', /^Э[А-ЯІ]\d{6}$/],
  ] as const)('are malformed as their case says: %s', (name, pattern) => {
    expect(numbersOf(name).filter((number) => !pattern.test(number))).toEqual([]);
  });
});
