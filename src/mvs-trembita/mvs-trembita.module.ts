import { Inject, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { WORKER_ID } from '../config/worker-id';
import { Transactions } from '../database/transactions';
import { Log, Metrics } from '../observability';
import { CALL_LOG, CallLines, type CallLog } from './call-log';
import { CLAIM_GATE } from './gate/claim-gate';
import { RegisterGateRepository } from './gate/register-gate.repository';
import { showGate } from './gate/show-gate';
import { SharedRegisterGate } from './gate/shared-register-gate';
import { MvsTrembita } from './mvs-trembita.client';
import { REGISTER_GATE, type RegisterGate } from './register-gate';
import { trembitaSettings } from './trembita-settings';

const gate: Provider = {
  provide: SharedRegisterGate,
  inject: [SETTINGS, WORKER_ID, Transactions, Metrics],
  useFactory: (...given: [Settings, string, Transactions, Metrics]) => {
    const [settings, worker, transactions, metrics] = given;
    const rows = new RegisterGateRepository(transactions);
    showGate(rows, metrics);
    return new SharedRegisterGate({ settings, worker, sql: rows });
  },
};

/**
 * The ministry's register, for whoever has a question to it. Not global: global modules are shut down last, together
 * with the database, and the gate gives its places back through the database.
 */
@Module({
  providers: [
    gate,
    { provide: REGISTER_GATE, useExisting: SharedRegisterGate },
    { provide: CLAIM_GATE, useExisting: SharedRegisterGate },
    {
      provide: CALL_LOG,
      inject: [Log, Metrics],
      useFactory: (log: Log, metrics: Metrics) => new CallLines(log, metrics),
    },
    {
      provide: MvsTrembita,
      inject: [SETTINGS, REGISTER_GATE, CALL_LOG],
      useFactory: (settings: Settings, registerGate: RegisterGate, log: CallLog) =>
        new MvsTrembita({ settings: trembitaSettings(settings), gate: registerGate, log }),
    },
  ],
  exports: [MvsTrembita, CLAIM_GATE],
})
export class MvsTrembitaModule implements OnApplicationShutdown {
  constructor(@Inject(SharedRegisterGate) private readonly shared: SharedRegisterGate) {}

  /** By now nobody asks any more; the others may have this process's places at once. */
  async onApplicationShutdown(): Promise<void> {
    await this.shared.leave();
  }
}
