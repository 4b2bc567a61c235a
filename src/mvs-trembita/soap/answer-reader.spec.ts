import { describe, expect, it } from 'vitest';
import { ANSWERS } from '../../../test/fixtures/trembita/answers';
import {
  ECHO,
  MESSAGE_ID,
  SOAP_12_TYPE,
  envelope,
  type AnswerCase,
} from '../../../test/fixtures/trembita/envelope';
import { UNZR_ANSWERS } from '../../../test/fixtures/trembita/unzr-answers';
import {
  readAnswer,
  type Expected,
  type Received,
  readStatus,
  readText,
  type FoundOrNot,
} from './answer-reader';
import { readUnzrAnswer } from './unzr-answer';

const DMS: Expected<FoundOrNot> = {
  messageId: MESSAGE_ID,
  echo: ECHO,
  maxBytes: 1_048_576,
  readFields: (bodyChild) => readStatus(bodyChild, 'PasStatus'),
};

function received({
  body,
  status = 200,
  contentType = SOAP_12_TYPE,
  contentEncoding,
}: Omit<AnswerCase, 'title' | 'gives'>): Received {
  return { status, contentType: contentType ?? undefined, contentEncoding, bytes: Buffer.from(body) };
}

function read<A>(answer: Received, expected: Expected<A>): unknown {
  const reading = readAnswer(answer, expected);
  return reading.ok ? reading.answer : reading.error;
}

for (const [topic, cases] of Object.entries(ANSWERS)) {
  describe(`answers ${topic}`, () => {
    it.each(cases.map((each) => [each.title, each.gives, each] as const))('%s: %s', (_title, gives, each) => {
      expect(read(received(each), DMS)).toBe(gives);
    });
  });
}

describe('answers of unzr', () => {
  it.each(UNZR_ANSWERS.map((each) => [each.title, each] as const))('%s', (_title, { body, gives }) => {
    expect(read(received({ body }), { ...DMS, readFields: readUnzrAnswer })).toEqual(gives);
  });
});

describe('the reader', () => {
  it('reads on after an answer that broke off in the middle', () => {
    const whole = ANSWERS['written in other ways']?.[0];
    expect(whole).toBeDefined();
    const body = String(whole?.body);
    expect(read(received({ body: body.slice(0, 200) }), DMS)).toBe('unreadable_answer');
    expect(read(received({ body }), DMS)).toBe('FOUND');
  });

  it('takes an answer to another message when the echo check is off', () => {
    const body = envelope({ header: null, body: '<a><PasStatus>0</PasStatus></a>' });
    expect(read(received({ body }), { ...DMS, echo: null })).toBe('NOT_FOUND');
  });

  it('keeps the description of checkunzr, which decides nothing', () => {
    const expected = {
      ...DMS,
      readFields: (child: Parameters<typeof readText>[0]) => readText(child, 'Description'),
    };
    const described = (text: string) =>
      read(received({ body: envelope({ body: `<a>${text}</a>` }) }), expected);
    expect(described('<description>Знайдено</description>')).toBe('Знайдено');
    expect(described('<Description/>')).toBeNull();
    expect(described('<Description>1</Description><Description>2</Description>')).toBeNull();
  });

  it('has at least forty answers to be tried on', () => {
    expect(Object.values(ANSWERS).flat().length).toBeGreaterThanOrEqual(40);
  });
});
