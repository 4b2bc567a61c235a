import { describe, expect, it } from 'vitest';
import { readXml, UnreadableXml } from './request-reader';

describe('readXml', () => {
  it('resolves prefixes where they stand, and default namespaces', () => {
    const root = readXml('<a xmlns="urn:1" xmlns:p="urn:2"><p:b xmlns:p="urn:3"/><p:c/><d xmlns=""/></a>');
    expect(root.children.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['b', 'urn:3'],
      ['c', 'urn:2'],
      ['d', ''],
    ]);
  });

  it('joins text over CDATA, comments and references', () => {
    const { text } = readXml('<?xml version="1.0"?><a>1<!-- x -->&lt;&#65;&#x42;<![CDATA[<&]]></a>');
    expect(text).toBe('1<AB<&');
  });

  it.each([
    ['nothing', ''],
    ['bare text', 'a'],
    ['two roots', '<a/><b/>'],
    ['an open element', '<a><b></a>'],
    ['an end without a start', '<a/></a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['a prefix nobody declared', '<p:a/>'],
    ['a bare ampersand', '<a>&</a>'],
    ['an entity of its own', '<a>&lol;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['a nesting of 17', '<a>'.repeat(17) + '</a>'.repeat(17)],
    ['501 elements', `<a>${'<b/>'.repeat(500)}</a>`],
  ])('refuses %s', (_what, text) => {
    expect(() => readXml(text)).toThrow(UnreadableXml);
  });
});
