import { Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Caller } from '../../domain/access/access.rules';
import type { ReadingReason } from '../../domain/access/reading-reason';
import { DOCUMENT_TYPES, type DocumentType } from '../../domain/person/dictionaries';
import { CallerOf, Needs, validated } from '../../http';
import { type FoundPersons, PersonLookup, type PersonQuestion, PersonSearchDto } from '../../persons';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { faultsIn, type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, view, WithStatus } from '../frame/view';
import { keepReason, keptReason } from './search-reason';

interface PersonSearchModel {
  readonly form: FormState;
  /** Undefined before the search. */
  readonly found: FoundPersons | undefined;
  readonly documentTypes: readonly DocumentType[];
}

const somebody = (freeText: string): FoundPersons['persons'][number] => ({
  id: freeText,
  name: freeText,
  birth_year: 1985,
  tax_id: freeText,
  unzr: freeText,
  documents: [{ type: 'PASSPORT', number: freeText }],
  is_active: true,
  verification_status: 'NOT_VERIFIED',
});

export const PERSON_SEARCH_PAGE = view<PersonSearchModel>('person-search', (freeText) => [
  {
    form: freshForm({ reason: 'other', reason_text: freeText }),
    found: undefined,
    documentTypes: DOCUMENT_TYPES,
  },
  {
    form: freshForm({ tax_id: freeText }),
    found: { persons: [], more: false },
    documentTypes: DOCUMENT_TYPES,
  },
  {
    form: {
      values: { document_number: freeText, name_last_name: freeText },
      faults: [
        { field: '', rule: 'invalid' },
        { field: 'name_birth_date', rule: 'required' },
      ],
    },
    found: {
      persons: [
        somebody(freeText),
        {
          ...somebody(freeText),
          tax_id: null,
          unzr: null,
          documents: [],
          is_active: false,
          verification_status: null,
        },
      ],
      more: true,
    },
    documentTypes: DOCUMENT_TYPES,
  },
]);

/** An official finds a person. What they enter is in no address, and the hits are masked. */
@ConsoleController('persons')
export class PersonSearchController {
  constructor(private readonly lookup: PersonLookup) {}

  @Get()
  @Needs('person:read', { of: 'NHS' })
  @Page(PERSON_SEARCH_PAGE)
  form(@Req() request: Request): PersonSearchModel {
    return pageOf(freshForm(keptReason(request)));
  }

  @Post()
  @Needs('person:read', { of: 'NHS' })
  @Page(PERSON_SEARCH_PAGE)
  async search(
    @FormOf(PersonSearchDto) form: SubmittedForm<PersonSearchDto>,
    @CallerOf() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PageAnswer<PersonSearchModel>> {
    const read = await readSearch(form);
    if ('faulty' in read) return new WithStatus(422, pageOf(read.faulty));
    const { question, reason } = read;
    const found = await this.lookup.search(question, { actorId: caller.userId, reason });
    keepReason(response, reason);
    return pageOf(form.withFaults([]), found);
  }
}

const pageOf = (form: FormState, found?: FoundPersons): PersonSearchModel => ({
  form,
  found,
  documentTypes: DOCUMENT_TYPES,
});

interface ReadSearch {
  readonly question: PersonQuestion;
  readonly reason: ReadingReason;
}

/** Validates the form as the call validates its body. */
async function readSearch(
  form: SubmittedForm<PersonSearchDto>,
): Promise<ReadSearch | { readonly faulty: FormState }> {
  try {
    const asked = await validated(PersonSearchDto, bodyOf(form.values));
    return { question: asked.question(), reason: asked.stated };
  } catch (error) {
    const faults = faultsIn(error).map(({ field, rule }) => ({ field: field.replace('.', '_'), rule }));
    return { faulty: form.withFaults(faults) };
  }
}

/** The fields of a part of the body: `document_number` is `number` of `document`. */
const PARTS = { document: ['type', 'number'], name: ['last_name', 'first_name', 'birth_date'] } as const;

/** The body of the call. A part exists when one of its fields was filled in. */
function bodyOf(values: FormState['values']): Readonly<Record<string, unknown>> {
  const body: Record<string, unknown> = { ...values };
  for (const [part, fields] of Object.entries(PARTS)) {
    const entered = fields.flatMap((field) => {
      const name = `${part}_${field}`;
      delete body[name];
      return values[name] === undefined ? [] : [[field, values[name]] as const];
    });
    if (entered.length > 0) body[part] = Object.fromEntries(entered);
  }
  return withoutBlanks(body, ['tax_id', 'unzr']);
}

/** Numbers are often copied with blanks. */
function withoutBlanks(body: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  for (const name of names) {
    const value = body[name];
    if (typeof value === 'string') body[name] = value.replace(/\s/g, '');
  }
  return body;
}
