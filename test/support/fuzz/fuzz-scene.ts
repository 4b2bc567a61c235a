import { SCOPES } from '../../../src/domain/access/access.rules';
import { aCaller, aPerson, aRelationship } from '../builders';
import { UNZR } from '../guarded-calls';
import { Installation, JOB } from '../installation';
import { Program } from '../program';
import { writtenRowsIn } from './written-rows';

/** What good requests are made with. */
export interface Known {
  /** Of somebody who may do everything. */
  readonly token: string;
  /** Of everything there is. */
  readonly ids: readonly string[];
}

/** Many of each, so that a move is not always one that was made already. */
const PEOPLE = 16;

/**
 * A door at which anything may be asked for, with something behind it. It has no worker: whatever is written, a request
 * has written it.
 */
export class FuzzScene {
  private constructor(
    private readonly here: Installation,
    readonly door: Program,
    readonly known: Known,
    /** Differs whenever something was written in between. */
    readonly writtenRows: () => Promise<string>,
  ) {}

  static async start(): Promise<FuzzScene> {
    const here = await Installation.start({ SIGN_UP_REQUESTS_PER_MINUTE: '1000000' });
    await here.stopProgram(here.program);
    const door = await Program.start({ ...here.servers, works: false });
    const token = await aCaller().withScope(SCOPES.join(' ')).save(here.sql);
    const ids = [...(await peopleAndRelationships(here)), await pastRun(here)];
    await pastQuestion(here);
    return new FuzzScene(here, door, { token, ids }, await writtenRowsIn(here.sql));
  }

  get url(): string {
    return this.door.addresses.publicUrl ?? '';
  }

  async stop(): Promise<void> {
    await this.door.stop();
    await this.here.stop();
  }
}

/** Those whom an official has in his hands, and those who wait for one. */
async function peopleAndRelationships({ sql }: Installation): Promise<string[]> {
  const ids: string[] = [];
  for (let each = 0; each < PEOPLE; each += 1) {
    const isInWork = each % 2 === 0;
    const person = isInWork
      ? aPerson().stream('nhs', 'IN_REVIEW', 'MANUAL')
      : aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED');
    const personId = await person.save(sql);
    const relationship = aRelationship().of(personId);
    ids.push(
      personId,
      await (isInWork ? relationship.status('IN_REVIEW', 'MANUAL') : relationship).save(sql),
    );
  }
  return ids;
}

async function pastRun({ sql }: Installation): Promise<string> {
  const text = `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ($1, 'FINISHED', now(), now()) RETURNING id`;
  const [run] = await sql.query<{ id: string }>({ text }, [JOB]);
  return run?.id ?? '';
}

async function pastQuestion({ sql }: Installation): Promise<void> {
  const text = `INSERT INTO mimir.unzr_info (unzr, job_status, inserted_by, updated_by) VALUES ($1, 'failed', $2, $2)`;
  await sql.query({ text }, [UNZR, '11111111-1111-4111-8111-111111111111']);
}
