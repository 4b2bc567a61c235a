import type { INestApplicationContext } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../src/config/settings.module';
import type { SettingsFor } from '../../../src/config/settings.schema';
import type { Transactions } from '../../../src/database/transactions';
import { DmsPassportStream } from '../../../src/dms-passport';
import { SCOPES } from '../../../src/domain/access/access.rules';
import { UncheckedInput } from '../../../src/http';
import { JobRunner } from '../../../src/jobs';
import { TokenRepository } from '../../../src/mithril';
import { UnzrInfoService } from '../../../src/unzr-info';
import { NhsMoveDto, NhsStatusService } from '../../../src/verifications';
import { LOCAL_CLIENT_ID, LOCAL_USER_ID, LocalTokens, signInLink } from '../../local-token';
import { SCRIPTED_ANSWERS } from '../../sandbox/answer-choice';
import type { CleanUp } from '../clean-up';
import { ConsoleRows } from './console-rows.repository';
import { setLatency } from './register-latency';

/** What the pages need to show something of everything. */
export interface ConsoleDemo {
  readonly app: INestApplicationContext;
  /** The account that owns the tables, for rows that the program never writes. */
  readonly owner: Transactions;
  readonly publicUrl: string;
  readonly registerUrl: string;
  readonly settings: Pick<SettingsFor<'demo'>, 'SYSTEM_USER_ID' | 'DMS_PERSON_VALIDATION_PERIOD_DAYS'>;
  readonly cleanUp: CleanUp;
}

const ANYWHERE = { strict: false };

/** So slow that a run of a thousand persons with twenty calls at once takes minutes. */
const SLOW_LATENCY_MS = 3_000;

/** Somebody may read the output of the demo first. */
const LINK_MINUTES = 60;

/**
 * Makes rows that the pages show, by the services of the program where it has one; slows the register down until the
 * clean-up and starts a run. Returns a link that signs an invented official in once.
 */
export async function prepareConsole(demo: ConsoleDemo): Promise<string> {
  const { app, owner, publicUrl, registerUrl, settings, cleanUp } = demo;
  const actorId = settings.SYSTEM_USER_ID;
  const tokens = new LocalTokens(owner, new TokenRepository(owner), SYSTEM_CLOCK);
  const grant = { scopes: SCOPES, ttlMinutes: LINK_MINUTES, clientId: LOCAL_CLIENT_ID, actorId };
  const code = await tokens.issueCode(grant);
  const rows = new ConsoleRows(owner);
  await rows.addRelationships(actorId);
  await rows.addFailedRun(actorId);
  await rows.raiseAttempts();
  await decide(app.get(NhsStatusService, ANYWHERE), await rows.triggerManualRules());
  await askUnzrs(app.get(UnzrInfoService, ANYWHERE));
  await rows.makeDue(settings.DMS_PERSON_VALIDATION_PERIOD_DAYS);
  await setLatency(registerUrl, SLOW_LATENCY_MS, cleanUp);
  await app.get(JobRunner, ANYWHERE).startRun(DmsPassportStream.JOB, LOCAL_USER_ID);
  return signInLink(publicUrl, code);
}

/** Some persons wait for an official, some are in work, and one of each decision has a history of several lines. */
async function decide(statuses: NhsStatusService, personIds: readonly string[]): Promise<void> {
  const [rejected, accepted, inWork] = personIds;
  const move = async (personId: string | undefined, status: string, comment?: string): Promise<void> => {
    if (personId === undefined) throw new Error('The demo has too few persons for officials.');
    const asked = new UncheckedInput(NhsMoveDto, { status, ...(comment === undefined ? {} : { comment }) });
    await statuses.move({ personId, actorId: LOCAL_USER_ID, asked });
  };
  for (const personId of [rejected, accepted, inWork]) await move(personId, 'IN_REVIEW');
  await move(rejected, 'NOT_VERIFIED', 'Прізвище в паспорті не збігається з прізвищем у заяві.');
  await move(accepted, 'VERIFIED');
}

/** One that the register knows, one that it does not know, one that fails, and one that is pending for minutes. */
async function askUnzrs(unzrInfo: UnzrInfoService): Promise<void> {
  for (const name of ['FOUND', 'NOT_FOUND', 'FAULT_12', 'HANG'] as const)
    await unzrInfo.sync({ unzr: SCRIPTED_ANSWERS[name].unzr, userId: LOCAL_USER_ID, reads: false });
}
