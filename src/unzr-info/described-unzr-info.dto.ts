import { z } from 'zod';
import { type Description, toldAt, toldId } from '../http';
import { READ, SYNC } from './unzr-info.dto';

const word = z.string().nullable();

/** Beside these, whatever else the register sends under names of its own. */
const INFO = z.looseObject({
  first_name: word,
  last_name: word,
  middle_name: word,
  rnokpp: word,
  gender: word,
  date_birth: word,
  documents: z.array(
    z.looseObject({
      type: word,
      number: word,
      issued_by: word,
      issued_at: word,
      expires_at: word,
      status: word,
    }),
  ),
});

const ROW = z.strictObject({
  id: toldId,
  unzr: z.string(),
  job_status: z.enum(['pending', 'processed', 'failed']),
  info: INFO.nullable().meta({
    description: 'Null when the register holds nothing or never answered, and to whoever may not read it.',
  }),
  synced_at: toldAt.nullable(),
  inserted_at: toldAt,
  inserted_by: toldId,
  updated_at: toldAt,
  updated_by: toldId,
});

const EMPLOYEE = '5a5b1c9e-0000-4000-8000-000000000002';

const ASKED = {
  id: '5a5b1c9e-0000-4000-8000-000000000001',
  unzr: '20210504-00031',
  job_status: 'pending',
  info: null,
  synced_at: null,
  inserted_at: '2026-03-02T09:14:51.120Z',
  inserted_by: EMPLOYEE,
  updated_at: '2026-03-02T09:14:51.120Z',
  updated_by: EMPLOYEE,
};

const ANSWERED = {
  ...ASKED,
  job_status: 'processed',
  info: {
    first_name: 'Любисток',
    last_name: 'Перепелиця',
    middle_name: 'Вересневич',
    rnokpp: null,
    gender: 'M',
    date_birth: '2021-05-04',
    documents: [
      {
        type: 'NATIONAL_ID',
        number: '000000031',
        issued_by: '0000',
        issued_at: '2035-05-11',
        expires_at: '2045-05-11',
        status: 'VALID',
      },
    ],
  },
  synced_at: '2026-03-02T09:14:51.502Z',
  updated_at: '2026-03-02T09:14:51.502Z',
};

export const QUESTION: Description = {
  summary: 'Asks the register what it holds under a UNZR',
  says: 'The question is kept and the register asked afterwards. To read what is known already takes unzr:read as well.',
  body: { schema: SYNC, example: { unzr: '20210504-00031' } },
  answer: { schema: ROW, example: ASKED },
};

export const KNOWN_INFO: Description = {
  summary: 'What the register held under a UNZR when it was last asked',
  says: 'Every reading is recorded.',
  query: { schema: READ, example: { unzr: '20210504-00031' } },
  answer: { schema: ROW, example: ANSWERED },
  refusals: ['unzr_info_not_found'],
};
