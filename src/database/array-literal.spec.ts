import { describe, expect, it } from 'vitest';
import { arrayLiteral, isPlainArray } from './transactions';

describe('An array as PostgreSQL reads one', () => {
  it.each([
    [[], '{}'],
    [['a', 'КВ123456'], '{a,КВ123456}'],
    [[1, 2.5, -3], '{1,2.5,-3}'],
    [[true, false], '{true,false}'],
    [[null, 'x'], '{NULL,x}'],
    [['', ' ', 'a b'], '{""," ","a b"}'],
    [['null', 'NULL', 'nullable'], '{"null","NULL",nullable}'],
    [['{a,b}', 'a\tb'], '{"{a,b}","a\tb"}'],
    [['{"key":"a\\\\b"}'], '{"{\\"key\\":\\"a\\\\\\\\b\\"}"}'],
  ])('writes %j', (elements, literal) => {
    expect(arrayLiteral(elements)).toBe(literal);
  });

  it('leaves arrays of arrays, dates and objects to the driver', () => {
    expect([[1, 'a', null], [[1]], [new Date(0)], [{}], 'text'].map(isPlainArray)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
