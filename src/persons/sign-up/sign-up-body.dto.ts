import { z } from 'zod';

/** The body of step 1. Only that it is there and of text: what the texts are worth is told by later checks, in order. */
export const SIGN_UP_BODY = z.strictObject({
  signed_content: z.string().meta({ contentEncoding: 'base64', contentMediaType: 'application/cms' }),
  signed_content_encoding: z.string().meta({ const: 'base64' }),
});

export type SignUpBody = z.output<typeof SIGN_UP_BODY>;

/** The body of step 2: the same, and the session that step 1 gave. */
export const REGISTER_BODY = SIGN_UP_BODY.extend({ jwt: z.string() });

export type RegisterBody = z.output<typeof REGISTER_BODY>;
