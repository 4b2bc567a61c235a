import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { VERSION } from '../config/own-settings';
import type { Settings } from '../config/settings.schema';
import { SETTINGS, WORKER_ID } from '../config/settings.module';
import type { ProgramRole } from '../database/mpi/program-instance.entity';
import { Metrics } from '../observability';
import { oldInstances, InstanceRepository, type InstanceFacts } from './instance.repository';
import { PurgeRegistry } from './purge.job';
import { RunProgressRepository } from './run-progress.repository';

/** How often a process gives a sign of life. */
const BEAT_MS = 10_000;

/**
 * Keeps the row of this process fresh, and samples the running runs. A beat that fails is not logged: readiness and the
 * work itself report an unreachable database, and the next beat repairs the row.
 */
@Injectable()
export class Heartbeat implements OnModuleInit, OnApplicationShutdown {
  private self: InstanceFacts | undefined;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private isOver = false;

  constructor(
    @Inject(WORKER_ID) private readonly id: string,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly processes: InstanceRepository,
    private readonly progress: RunProgressRepository,
    private readonly purges: PurgeRegistry,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.purges.add(oldInstances(this.settings.RETENTION_BATCH_SIZE));
  }

  /**
   * Called once, when the process is ready to work. Resolves after the first beat, whether or not it succeeded. Does nothing
   * in a process that was ended while it started.
   */
  async start(role: ProgramRole): Promise<void> {
    if (this.isOver) return;
    this.self = { id: this.id, role, host: hostname(), version: VERSION };
    this.metrics.buildInfo.set({ version: VERSION, role }, 1);
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
    await this.beat();
  }

  /** A process that ends in order leaves no row. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    clearInterval(this.timer);
    if (this.self === undefined) return;
    await this.beating;
    await this.processes.remove(this.id).catch(() => undefined);
  }

  /** While a beat waits for the database, the later ones are left out. */
  private beat(): Promise<void> {
    this.beating ??= this.giveSigns().finally(() => {
      this.beating = undefined;
    });
    return this.beating;
  }

  private async giveSigns(): Promise<void> {
    if (this.self === undefined) return;
    const signOfLife = this.processes.beat(this.self, Math.round(process.uptime()));
    await Promise.allSettled([signOfLife, this.progress.sample()]);
  }
}
