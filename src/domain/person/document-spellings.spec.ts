import { describe, expect, it } from 'vitest';
import { documentSpellings } from './document-spellings';

describe('The spellings of a document number', () => {
  it.each([
    ['KV123456', ['КВ123456']],
    ['kv 123-456', ['КВ123456']],
    ["KV'123456", ['КВ123456']],
    ['KV\u2019123456', ['КВ123456']],
    ['k.v. 123/456', ['КВ123456']],
    ['(KV) № 123_456', ['КВ123456']],
    ['MYU123456', ['МЮ123456']],
    ['YUYA123456', ['ЮЯ123456']],
    ['SHCHSHCH1', ['ЩЩ1']],
    ['ZGH7', ['ЗГ7']],
    ['YY1', ['ИИ1', 'ИЙ1', 'ЙИ1', 'ЙЙ1']],
    ['KH1', ['КГ1']],
    ['TSH1', ['ТШ1', 'ЦГ1']],
    // A Latin B is Б; that it looks like В is left to the search.
    ['KB123456', ['КБ123456']],
  ])('%s may be transliterated from %j', (number, others) => {
    const [first, ...rest] = documentSpellings(number);
    expect([first, rest.sort()]).toEqual([number, others]);
  });

  it.each([
    'КВ123456',
    'кв 123456',
    '123456789',
    'I-БК123456',
    'QW123456',
    'K123456',
    'KV',
    'KV12V',
    '',
    '№',
  ])('%j is only what it is', (number) => {
    expect(documentSpellings(number)).toEqual([number]);
  });
});
