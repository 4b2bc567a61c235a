import { aCaller } from './builders';
import { OFFICIAL } from './change-data';
import type { Installation } from './installation';
import type { Program } from './program';

type Door = Pick<Program, 'addresses'>;

/** Calls of one official of the health service, who may all that officials may do about verification. */
export class OfficialCalls {
  private constructor(
    private readonly door: Door,
    private readonly token: string,
  ) {}

  /** At the door of the program that was started first. */
  static async of(here: Installation): Promise<OfficialCalls> {
    const scope = 'person_verification:read person:read person:verify';
    return new OfficialCalls(
      here.program,
      await aCaller().withUserId(OFFICIAL).withScope(scope).save(here.sql),
    );
  }

  /** The same official at another door. */
  at(door: Door): OfficialCalls {
    return new OfficialCalls(door, this.token);
  }

  get(path: string) {
    return this.send('GET', path);
  }

  patch(path: string, body?: unknown) {
    return this.send('PATCH', path, body);
  }

  private async send(method: string, path: string, body?: unknown) {
    const answer = await fetch((this.door.addresses.publicUrl ?? '') + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
  }
}
