import { Refusal } from '../domain/refusal';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `Person:` and a UUID are 43 symbols, 60 in base64; no type of ours has a name ten times as long. */
const LONGEST_ID = 200;

/** The id by which a thing is known among all things: the name of its type and the id of its table. */
export function globalId(type: string, databaseId: string): string {
  return Buffer.from(`${type}:${databaseId}`).toString('base64');
}

/** The id of the table in the id of a thing of this type. Anything else is a fault of the field it came in. */
export function databaseIdOf(type: string, written: string, field: string): string {
  const [name, databaseId = '', ...more] = textIn(written).split(':');
  if (name === type && UUID.test(databaseId) && more.length === 0) return databaseId;
  const description = `expected the value to be an id of the type ${type}`;
  throw new Refusal('validation_failed', {
    faults: [{ entry: `$.${field}`, rule: 'format', description, params: [] }],
  });
}

/** Only what this program itself would write is read, so that a thing has one id and no second spelling of it. */
function textIn(written: string): string {
  if (written.length > LONGEST_ID) return '';
  const text = Buffer.from(written, 'base64').toString();
  return Buffer.from(text).toString('base64') === written ? text : '';
}
