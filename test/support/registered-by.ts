import { expect } from 'vitest';
import type { Answer } from './sign-up-scene';

/** What step 2 answers when all went well. */
export interface Registered {
  readonly person: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly user: { readonly id: string; readonly tax_id: string };
  readonly access_token: string;
}

/** The answer of a registration that must have gone well. */
export function registeredBy({ status, body }: Answer): Registered {
  expect(body.error).toBeUndefined();
  expect(status).toBe(201);
  return body.data as unknown as Registered;
}
