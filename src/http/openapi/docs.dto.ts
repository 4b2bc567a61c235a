import { VERSION } from '../../config/own-settings';
import { z } from 'zod';
import type { Description } from './description';

const text = (media: string, summary: string): Description => ({
  summary,
  media,
  answer: { schema: z.string().min(1), example: '…' },
});

export const PAGE_OF_CALLS = text('text/html', 'This page');
export const STYLE_OF_PAGE = text('text/css', 'The style sheet of the page');
export const SCRIPT_OF_PAGE = text('text/javascript', 'A script of the page');

/** A document about a document; what is in it is published elsewhere. */
export const DOCUMENT_OF_CALLS: Description = {
  summary: 'This document',
  answer: {
    schema: z.looseObject({
      openapi: z.string().regex(/^3\.1\.\d+$/),
      info: z.looseObject({ title: z.string(), version: z.string() }),
      paths: z.record(z.string().regex(/^\//), z.looseObject({})),
    }),
    example: { openapi: '3.1.1', info: { title: 'Person verification', version: VERSION }, paths: {} },
  },
};
