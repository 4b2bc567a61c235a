import type { Callers } from '../../src/http';
import { Refusal } from '../../src/domain/refusal';

/** For an application whose calls ask for no token: every token is wrong. */
export const NO_CALLERS = {
  useFactory: (): Callers => ({ ofToken: () => Promise.reject(new Refusal('access_token_invalid')) }),
};
