import { GeneralizedTime, UTCTime } from 'asn1js';

/** Two digits of a year: RFC 5280 puts 50 and above into the last century. */
const PIVOT = 50;

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

function withWholeYear(text: string): string {
  return `${Number(text.slice(0, 2)) < PIVOT ? '20' : '19'}${text}`;
}

/**
 * The moment an ASN.1 time tells, or nothing when it tells none. Only the forms of RFC 5652 count, in whole seconds
 * of UTC: a time without a zone would mean something else on each machine.
 */
export function readTime(time: unknown): Date | undefined {
  if (!(time instanceof UTCTime) && !(time instanceof GeneralizedTime)) return undefined;
  const text = Buffer.from(time.valueBlock.valueHexView).toString('latin1');
  const parts = TIME.exec(time instanceof GeneralizedTime ? text : withWholeYear(text));
  if (parts === null) return undefined;
  const iso = `${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}.000Z`;
  const moment = new Date(iso);
  // A thirtieth of February is moved on by some engines instead of being refused.
  return Number.isNaN(moment.getTime()) || moment.toISOString() !== iso ? undefined : moment;
}
