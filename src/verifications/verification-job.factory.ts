import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS, WORKER_ID } from '../config/settings.module';
import { DatabaseClock } from '../database/database-clock.service';
import { Transactions } from '../database/transactions';
import { JobRegistry } from '../jobs';
import { RegisterLimiter } from '../mvs-trembita';
import { ClaimRepository } from './claim.repository';
import { ExpiredClaims } from './expired-claims.service';
import { OutcomeWriter } from './outcome-writer.service';
import { type CheckedStream, StreamRegistry } from './stream-registry';
import { VerificationJob } from './verification-job';
import { VerificationObserver } from './verification-metrics';

/** Registers one job for each register stream. */
@Injectable()
export class VerificationJobFactory implements OnModuleInit {
  constructor(
    private readonly streams: StreamRegistry,
    private readonly jobs: JobRegistry,
    private readonly transactions: Transactions,
    private readonly clock: DatabaseClock,
    private readonly limiter: RegisterLimiter,
    private readonly claims: ClaimRepository,
    private readonly expiredClaims: ExpiredClaims,
    private readonly writer: OutcomeWriter,
    private readonly observer: VerificationObserver,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(WORKER_ID) private readonly worker: string,
  ) {}

  onModuleInit(): void {
    for (const checked of this.streams.all) {
      this.observer.startAtZero(checked);
      this.jobs.add(this.create(checked));
    }
  }

  private create(checked: CheckedStream): VerificationJob {
    return new VerificationJob(
      checked,
      this.transactions,
      this.clock,
      this.limiter,
      this.claims,
      this.expiredClaims,
      this.writer,
      this.observer,
      this.settings,
      this.worker,
    );
  }
}
