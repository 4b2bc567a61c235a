import Redis from 'ioredis';
import { expect } from 'vitest';

/** Everything that Redis keeps, key by key. */
export async function everythingInRedis(url: string): Promise<string> {
  const client = new Redis(url);
  const found: string[] = [];
  try {
    for (const key of await client.keys('*')) {
      const type = await client.type(key);
      // Some keys live for milliseconds only.
      if (type === 'none') continue;
      const kept = {
        string: () => client.get(key),
        hash: () => client.hgetall(key),
        list: () => client.lrange(key, 0, -1),
        set: () => client.smembers(key),
        zset: () => client.zrange(key, 0, -1),
        stream: () => client.xrange(key, '-', '+'),
      }[type];
      if (kept === undefined) throw new Error(`Redis keeps something of the type ${type}.`);
      found.push(`${key} ${JSON.stringify(await kept())}`);
    }
  } finally {
    client.disconnect();
  }
  return found.join('\n');
}

/** A text tells of nobody: it holds none of the markers, in whatever way texts are usually written. */
export function expectNoMarker(text: string, markers: readonly string[], where = 'it'): void {
  const encoded = markers.flatMap((marker) => [
    marker,
    encodeURI(marker),
    marker.toLowerCase(),
    JSON.stringify(marker).slice(1, -1),
    Buffer.from(marker).toString('base64').replace(/=+$/, ''),
    Buffer.from(marker).toString('hex'),
  ]);
  for (const marker of encoded) {
    // A message or run id may hold six such digits by chance; a document number has letters or quotes before it.
    const found = /^\d+$/.test(marker)
      ? new RegExp(`(?<![0-9a-f-])${marker}(?![0-9a-f-])`).test(text)
      : text.includes(marker);
    expect(found, `${where} tells ${marker}`).toBe(false);
  }
}
