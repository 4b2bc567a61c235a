import { personFields } from './made-up-person';
import type { RegisterRequest } from '../read-request';
import type { EnvelopeScript } from './script';
import { qualified, wrap, type Dialect } from './write-envelope';

/** Texts for `Description` of the method `checkunzr`. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  '1': 'Запис знайдено',
  '0': 'Запис не знайдено',
  '-1': 'Обов’язкові поля не заповнені або заповнені неправильно',
  '-2': 'Внутрішня помилка сервера',
};

/**
 * Whether the script can be told to the method `unzr`, which has no status: it knows a person or knows none.
 * Everything else about a status has to become a fault there.
 */
export function fitsMethod(request: RegisterRequest, script: EnvelopeScript): boolean {
  return request.method !== 'unzr' || verdictIn(script) !== undefined;
}

/** The body child of an answer. */
export function bodyChild(request: RegisterRequest, script: EnvelopeScript, dialect: Dialect): string {
  // Some providers do not call their wrapper as X-Road demands; the dialect that is foreign shows it.
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

/** The 1 or 0 that a careful reader finds in the script's status, if there is exactly one. */
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
