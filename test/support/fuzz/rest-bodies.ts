import fc from 'fast-check';
import { hostileJson, pathsOf } from '../hostile-values';
import type { DescribedCall } from './calls-of-document';
import { hostileTexts } from './hostile-texts';

/** JSON that is not what was asked for, and texts that are no JSON. */
export function bodiesFrom(call: DescribedCall, good: string | undefined): fc.Arbitrary<string> {
  const wild = hostileJson.map((value) => JSON.stringify(value));
  if (good === undefined) return fc.oneof(wild, rawBodies);
  const value = JSON.parse(good) as unknown;
  const paths = [...pathsOf(value), ...Object.keys(call.body?.schema.properties ?? {})];
  const replaced = fc
    .tuple(fc.constantFrom(...paths, 'more'), fc.oneof(hostileJson, hostileTexts, hostileTexts))
    .map(([path, hostile]) => JSON.stringify(withValueAt(value, path.split('.'), hostile)));
  const doubled = replaced.map((other) =>
    good === '{}' || other === '{}' ? good : `${good.slice(0, -1)},${other.slice(1)}`,
  );
  return fc.oneof(
    { weight: 6, arbitrary: replaced },
    { weight: 1, arbitrary: doubled },
    { weight: 2, arbitrary: wild },
    { weight: 1, arbitrary: rawBodies },
  );
}

const rawBodies: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    '[]',
    '{',
    '{}{}',
    '{"a":1e999}',
    '{"a":123456789012345678901234567890}',
    `{"Маркерчук":МР770001}`,
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    `{${Array.from({ length: 2_000 }, (_, n) => `"Маркерчук${n}":${n}`).join(',')}}`,
  ),
  hostileTexts,
);

function withValueAt(value: unknown, path: readonly string[], put: unknown): unknown {
  const [key, ...below] = path;
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? withValueAt(each, below, put) : each));
  const inside = typeof value === 'object' && value !== null ? value : {};
  return { ...inside, [key]: withValueAt(Reflect.get(inside, key), below, put) };
}
