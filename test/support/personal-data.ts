import Redis from 'ioredis';
import { expect } from 'vitest';
import { aPerson, aUser } from './builders';
import { complete } from './hostile-values';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';
import type { MadeUpApplicant, SignUpFixture } from './sign-up-fixture';

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

/** A text holds none of the markers, in whatever way texts are usually written. */
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
    expect(found, `${where} reveals ${marker}`).toBe(false);
  }
}

/** What a child and its family are called here, and nobody and nothing else is. */
const DATA = {
  'person.first_name': 'Позначка',
  'person.last_name': 'Маркерчук',
  'person.second_name': 'Слідівна',
  'person.birth_settlement': 'Маркопіль',
  'person.email': 'marker.770010@example.org',
  'person.tax_id': '7700200017',
  'person.unzr': '20200101-77003',
  'person.secret': 'секрет-770040',
  'person.documents.0.number': 'І-МР№770050',
  'person.documents.0.issued_by': 'Маркопільський відділ',
  'person.phones.0.number': '+380770060017',
  'person.addresses.0.area': 'МАРКЕРСЬКА',
  'person.addresses.0.region': 'СЛІДОВИЙ',
  'person.addresses.0.settlement': 'Слідопіль',
  'person.addresses.0.street': 'Маркерна',
  'person.addresses.0.building': '770-А',
  'person.addresses.0.apartment': '771-Б',
  'person.emergency_contact.first_name': 'Відлуна',
  'person.emergency_contact.last_name': 'Контактчук',
  'person.emergency_contact.second_name': 'Відгуківна',
  'person.emergency_contact.phones.0.number': '+380770070017',
  'person.confidant_person.documents_relationship.0.number': 'І-МР№770080',
  'person.authentication_methods.0.alias': 'матуся Маркерчук',
} as const;

const CONFIDANT = {
  names: ['Довіренчук', 'Довіра', 'Завірівна'],
  taxId: '7700900017',
  phone: '+380770990017',
  passport: 'МР770110',
} as const;

/** The signer’s names in the certificate. */
export const SIGNER = { surname: 'Підписанчук', givenName: 'Підписана', drfo: CONFIDANT.taxId } as const;

/** All of it. */
export const FAMILY: readonly string[] = [
  ...Object.values(DATA),
  ...CONFIDANT.names,
  CONFIDANT.phone,
  CONFIDANT.passport,
  ...Object.values(SIGNER),
];

/** A child of five with every optional field. */
export function markedContent(confidantId: string): SignUpContentBuilder {
  return Object.entries(DATA).reduce(
    (content, [path, value]) => content.with(path, value),
    complete(aSignUpContent().confidant(confidantId).withTaxId(DATA['person.tax_id'])),
  );
}

/** Who signs for it. */
export async function markedApplicant({ env }: SignUpFixture): Promise<MadeUpApplicant> {
  const personId = await aPerson()
    .named(...CONFIDANT.names)
    .withTaxId(CONFIDANT.taxId)
    .withPassport(CONFIDANT.passport)
    .withPhone(CONFIDANT.phone)
    .withAuthenticationMethod('OTP', { phoneNumber: CONFIDANT.phone })
    .save(env.sql);
  const userId = await aUser().ofPerson(personId).withTaxId(CONFIDANT.taxId).save(env.sql);
  return { personId, userId, drfo: CONFIDANT.taxId };
}
