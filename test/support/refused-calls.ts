import { readdirSync } from 'node:fs';
import { afterEach, expect } from 'vitest';
import type { Sql } from '../../src/database/transactions';
import type { Answer, SignUpScene } from './sign-up-scene';

/** How a refusal is told; fields only where fields are at fault. */
export interface Told {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly fields?: readonly (readonly [entry: string, rule: string, description: string])[];
}

/** Everything a registration writes to. */
const COUNT = `
  SELECT (SELECT count(*) FROM mpi.persons) AS persons,
         (SELECT count(*) FROM mpi.person_verifications) AS verifications,
         (SELECT count(*) FROM mpi.confidant_person_relationships) AS relationships,
         (SELECT count(*) FROM mpi.person_authentication_methods) AS methods,
         (SELECT count(*) FROM mpi.sign_ups) AS sign_ups,
         (SELECT count(*) FROM mpi.media_uploads) AS media_uploads,
         (SELECT count(*) FROM mpi.status_change_events) AS events,
         (SELECT count(*) FROM mpi.audit_log) AS audit_rows,
         (SELECT count(*) FROM mithril.users) AS users,
         (SELECT count(*) FROM mithril.tokens) AS tokens`;

/** How many rows and objects there are. */
export async function tracesIn({ here, mediaFolder }: SignUpScene): Promise<Record<string, unknown>> {
  const [counts] = await (here.sql as Sql).query({ text: COUNT });
  return { ...counts, objects: filesIn(mediaFolder) };
}

/** What the answer says of a refusal; of one that is none, its status. */
export function toldBy({ status, body }: Answer): Told | { readonly status: number } {
  if (body.error === undefined) return { status };
  const { type, message, invalid } = body.error;
  const fields = invalid?.flatMap(({ entry, rules }) =>
    rules.map(({ rule, description }) => [entry, rule, description] as const),
  );
  return { status, type, message, ...(fields === undefined ? {} : { fields }) };
}

/** Calls that are to be refused. After each test it is looked whether one of them has left something behind. */
export class RefusedCalls {
  private readonly traces: { readonly before: unknown; readonly after: unknown }[] = [];

  constructor(private readonly scene: () => SignUpScene) {
    afterEach(() => {
      for (const { before, after } of this.traces.splice(0)) expect(after).toEqual(before);
    });
  }

  async run(call: () => Promise<Answer>): Promise<Told | { readonly status: number }> {
    const before = await tracesIn(this.scene());
    const answer = await call();
    this.traces.push({ before, after: await tracesIn(this.scene()) });
    return toldBy(answer);
  }
}

function filesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .length;
  } catch (error) {
    // The folder is made with the first object.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
