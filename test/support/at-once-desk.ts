import type { CheckRequestRow } from '../../src/verifications/check-request.repository';
import type { Installation } from './installation';
import { OfficialCalls } from './official-calls';
import type { Program } from './program';
import { waitUntil } from './wait-until';

/** A check as the program tells it: times are texts. */
export type ToldCheck = { readonly [Field in keyof CheckRequestRow]: CheckRequestRow[Field] | string | null };

/** An official who has persons checked at once, and sees what comes of it. */
export class AtOnceDesk {
  private constructor(
    private readonly here: Installation,
    readonly calls: OfficialCalls,
  ) {}

  /** At the door of the program that was started first. */
  static async open(here: Installation): Promise<AtOnceDesk> {
    return new AtOnceDesk(here, await OfficialCalls.of(here));
  }

  /** The same official at another door. */
  at(door: Pick<Program, 'addresses'>): AtOnceDesk {
    return new AtOnceDesk(this.here, this.calls.at(door));
  }

  /** Row S10, with `run` unless something else is asked for. */
  ask(personId: string, stream = 'dms_passport', more: object = { run: true }) {
    const asked = { status: 'VERIFICATION_NEEDED', ...more };
    return this.calls.patch(`/api/admin/persons/${personId}/verification/${stream}`, asked);
  }

  look(personId: string, stream = 'dms_passport') {
    return this.calls.get(`/api/admin/persons/${personId}/verification/${stream}/check`);
  }

  /** Waits until the check is told to stand so, and gives what is told. */
  async seen(personId: string, state: string): Promise<ToldCheck> {
    return waitUntil(
      async () => {
        const { body } = await this.look(personId);
        return body.data?.state === state && (body.data as ToldCheck);
      },
      { what: `the check to be ${state}`, timeoutMs: 20_000 },
    );
  }

  /** What a worker wrote about requests, once it has looked at them all. */
  async settled(): Promise<{ ended_as: string; error_kind: string | null }[]> {
    return waitUntil(
      async () => {
        const text = 'SELECT ended_as, error_kind FROM mpi.check_requests ORDER BY requested_at';
        const rows = await this.here.sql.query<{ ended_as: string; error_kind: string | null }>({ text });
        return rows.every(({ ended_as }) => (ended_as as string | null) !== null) && rows;
      },
      { what: 'all requests to be over', timeoutMs: 20_000 },
    );
  }
}
