import type { RegisterRequest, SoapVersion } from './request-reader';
import type { EnvelopeScript, Look } from './answer-script';
import {
  echoOf,
  envelope,
  FOREIGN,
  PLAIN,
  UNPREFIXED,
  type Dialect,
  qualified,
  wrap,
  escapeXml,
} from './envelope-writer';
import { hashOf } from './answer-choice';

/** A request, what to answer, and the request before it. */
export interface Occasion {
  readonly request: RegisterRequest;
  readonly script: EnvelopeScript;
  readonly previous: RegisterRequest | undefined;
}

/** The body of an HTTP answer and its content type. */
export interface WrittenAnswer {
  readonly contentType: string;
  readonly content: string;
}

/** A depth that no parser has to accept; some need minutes for it. */
const NESTED_ELEMENTS = 100_000;

const BOUNDARY = 'sandbox-part';

/** Nine levels of ten expand a few hundred characters to a billion. */
const BOMB_LEVELS = 9;

/** The content type of an envelope of this version. */
export function contentTypeOf(soap: SoapVersion): string {
  return soap === '1.2' ? 'application/soap+xml;charset=UTF-8' : 'text/xml;charset=UTF-8';
}

/** Writes the envelope of an answer in the look of its script. */
export function writeAnswer(occasion: Occasion): WrittenAnswer {
  return LOOKS[occasion.script.look ?? 'plain'](occasion);
}

function plain({ request, script, previous }: Occasion, dialect: Dialect = PLAIN): string {
  const header = echoOf(request, script.echo ?? 'same', previous);
  return envelope(dialect, { soap: request.soap, header, body: bodyChild(request, script, dialect) });
}

function withBody({ request }: Occasion, body: string): string {
  return envelope(PLAIN, { soap: request.soap, header: request, body });
}

const written = ({ request }: Occasion, content: string): WrittenAnswer => {
  return { contentType: contentTypeOf(request.soap), content };
};

const LOOKS: Readonly<Record<Look, (occasion: Occasion) => WrittenAnswer>> = {
  plain: (occasion) => written(occasion, plain(occasion)),
  other_prefixes: (occasion) => written(occasion, plain(occasion, FOREIGN)),
  default_namespace: (occasion) => written(occasion, plain(occasion, UNPREFIXED)),
  byte_order_mark: (occasion) => written(occasion, `\uFEFF${plain(occasion)}`),
  cut_off: (occasion) => written(occasion, plain(occasion).slice(0, -30)),
  no_body_child: (occasion) => written(occasion, withBody(occasion, '')),
  two_body_children: (occasion) => {
    const { request, script } = occasion;
    const opposite: EnvelopeScript = { sends: 'envelope', statuses: ['0'] };
    const children = bodyChild(request, script, PLAIN) + bodyChild(request, opposite, PLAIN);
    return written(occasion, withBody(occasion, children));
  },
  deep_nesting: (occasion) => {
    const depths = '<d>'.repeat(NESTED_ELEMENTS) + '</d>'.repeat(NESTED_ELEMENTS);
    return written(occasion, plain(occasion).replace('</ns:', `${depths}</ns:`));
  },
  doctype: (occasion) => {
    const levels = Array.from({ length: BOMB_LEVELS }, (_, level) => {
      return `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`;
    });
    const doctype = `<!DOCTYPE Envelope [<!ENTITY e0 "a">${levels.join('')}]>`;
    const bombed = plain(occasion).replace('?>', `?>${doctype}`);
    return written(occasion, bombed.replace('</ns:', `<bomb>&e${BOMB_LEVELS};</bomb></ns:`));
  },
  windows_1251: (occasion) => {
    const { contentType, content } = written(occasion, plain(occasion));
    return { contentType: contentType.replace('UTF-8', 'windows-1251'), content };
  },
  multipart: (occasion) => {
    const root = contentTypeOf(occasion.request.soap);
    const [type] = root.split(';');
    const content =
      `--${BOUNDARY}\r\nContent-Type: ${root}\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <root>\r\n\r\n` +
      `${plain(occasion)}\r\n--${BOUNDARY}\r\nContent-Type: text/plain\r\nContent-ID: <more>\r\n\r\n` +
      `an attachment\r\n--${BOUNDARY}--\r\n`;
    return { contentType: `multipart/related;type="${type}";start="<root>";boundary="${BOUNDARY}"`, content };
  },
};

/** Texts for `Description` of the method `checkunzr`. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  '1': 'Запис знайдено',
  '0': 'Запис не знайдено',
  '-1': 'Обов’язкові поля не заповнені або заповнені неправильно',
  '-2': 'Внутрішня помилка сервера',
};

/**
 * Whether the method can send the script. `unzr` has no status: it returns a person or nothing.
 * Any other status has to become a fault there.
 */
export function fitsMethod(request: RegisterRequest, script: EnvelopeScript): boolean {
  return request.method !== 'unzr' || verdictIn(script) !== undefined;
}

/** The body child of an answer. */
export function bodyChild(request: RegisterRequest, script: EnvelopeScript, dialect: Dialect): string {
  // Some providers do not name their wrapper as X-Road demands; the foreign dialect shows that.
  const name = dialect.reversedHeader ? 'AppDataRes' : `${request.method}Response`;
  return wrap(dialect, {
    name,
    namespace: request.bodyNamespace,
    fields: fieldsOf(request, script, dialect),
  });
}

function fieldsOf(request: RegisterRequest, script: EnvelopeScript, dialect: Dialect): string {
  if (request.method === 'unzr') {
    return verdictIn(script) === '1' ? personFields(request.key, dialect.body, script) : '';
  }
  const statusName = qualified(dialect.body, request.method === 'checkunzr' ? 'Status' : 'PasStatus');
  const statuses = script.statuses.map((status) => `<${statusName}>${status}</${statusName}>`).join('');
  if (request.method !== 'checkunzr') return statuses;
  const description = qualified(dialect.body, 'Description');
  const text = DESCRIPTIONS[verdictIn(script) ?? script.statuses[0] ?? ''] ?? '';
  return `${statuses}<${description}>${text}</${description}>`;
}

/** The 1 or 0 that a correct reader finds in the script's status, if there is exactly one. */
function verdictIn(script: EnvelopeScript): '1' | '0' | undefined {
  const [status, ...more] = script.statuses;
  if (status === undefined || more.length > 0) return undefined;
  const text = status
    .replace(/<!--.*?-->/g, '')
    .replace(/<!\[CDATA\[(.*?)\]\]>/g, '$1')
    .replace('&#x31;', '1')
    .trim();
  return text === '1' || text === '0' ? text : undefined;
}

const FAMILY_NAMES = [
  'Коваленко',
  'Шевчук',
  'Мельник',
  'Ткаченко',
  'Бондаренко',
  'Лук’яненко',
  'Гнатюк',
  'Дем’янчук',
];

const GIVEN_NAMES = {
  MALE: ['Андрій', 'Тарас', 'Юрій', 'Ігор', 'В’ячеслав', 'Євген'],
  FEMALE: ['Оксана', 'Ганна', 'Леся', 'Ірина', 'Ївга', 'Соломія'],
};

const MIDDLE_NAMES = {
  MALE: ['Петрович', 'Іванович', 'Ґедимінович', 'Олексійович'],
  FEMALE: ['Петрівна', 'Іванівна', 'Ґедимінівна', 'Олексіївна'],
};

const ISSUERS = ['8001', '1432', 'Печерським РУ ГУ МВС України в м. Києві', 'Франківським РВ ЛМУ УМВС'];

const ISSUED_AT_AGE_YEARS = 16;

/** An identity card of an adult is valid for ten years. */
const CARD_YEARS = 10;

/** What differs between the documented persons; everything else follows from the UNZR. */
export interface PersonOptions {
  readonly documents?: number | undefined;
  readonly photoCharacters?: number | undefined;
}

/** The fields of the answer to `unzr`: an invented person, always the same for the same UNZR. */
export function personFields(unzr: string, prefix: string, options: PersonOptions): string {
  const gender = hashOf(`gender:${unzr}`) % 2 === 0 ? 'FEMALE' : 'MALE';
  const picked = (kind: string, list: readonly string[]) =>
    list[hashOf(`${kind}:${unzr}`) % list.length] ?? '';
  const element = (name: string, text: string) => {
    return `<${qualified(prefix, name)}>${escapeXml(text)}</${qualified(prefix, name)}>`;
  };
  const documentCount = options.documents ?? hashOf(`documents:${unzr}`) % 3;
  const documents = Array.from({ length: documentCount }, (_, index) => {
    const fields = documentFields(unzr, index).map(([name, text]) => element(name, text));
    return `<${qualified(prefix, 'documents')}>${fields.join('')}</${qualified(prefix, 'documents')}>`;
  });
  return [
    element('firstName', picked('given', GIVEN_NAMES[gender])),
    element('lastName', picked('family', FAMILY_NAMES)),
    element('middleName', picked('middle', MIDDLE_NAMES[gender])),
    element('rnokpp', inventedTaxId(unzr)),
    element('gender', gender),
    element('dateBirth', dateFrom(unzr, 0)),
    ...documents,
    options.photoCharacters ? element('photo', photoOf(options.photoCharacters)) : '',
  ].join('');
}

function documentFields(unzr: string, index: number): (readonly [name: string, text: string])[] {
  const hash = hashOf(`document:${index}:${unzr}`);
  const isCard = index % 2 === 0;
  const digits = String(hash).padStart(9, '0').slice(-9);
  const issuer = ISSUERS[(hash % 2) + (isCard ? 0 : 2)] ?? '';
  const fields = [
    ['type', isCard ? 'NATIONAL_ID' : 'PASSPORT'],
    ['number', isCard ? digits : `КВ${digits.slice(-6)}`],
    ['issuedBy', issuer],
    ['issuedAt', dateFrom(unzr, ISSUED_AT_AGE_YEARS + index)],
  ] as const;
  // The booklet does not expire, so it has no `expiresAt`.
  const expiry = isCard
    ? [['expiresAt', dateFrom(unzr, ISSUED_AT_AGE_YEARS + index + CARD_YEARS)] as const]
    : [];
  return [...fields, ...expiry, ['status', index === 0 ? 'VALID' : 'INVALID']];
}

/** The date in the first eight digits of a UNZR plus `years`; 29 February becomes the 28th, which every year has. */
function dateFrom(unzr: string, years: number): string {
  const year = String(Number(unzr.slice(0, 4)) + years).padStart(4, '0');
  const monthAndDay = `${unzr.slice(4, 6)}-${unzr.slice(6, 8)}`;
  return `${year}-${years > 0 && monthAndDay === '02-29' ? '02-28' : monthAndDay}`;
}

/** Ten digits that start with 00: the first five count days from 1900, so no living person has this number. */
function inventedTaxId(unzr: string): string {
  return `00${String(hashOf(`rnokpp:${unzr}`) % 100_000_000).padStart(8, '0')}`;
}

function photoOf(characters: number): string {
  return 'c2FuZGJveHBob3Rv'.repeat(Math.ceil(characters / 16)).slice(0, characters);
}
