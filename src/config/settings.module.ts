import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { type Clock, CLOCK, SYSTEM_CLOCK } from './clock';
import type { ReadEnvironment } from './env';
import { WORKER_ID } from './worker-id';

/** Ask for it with `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = Symbol('SETTINGS');

/** Hands the settings, read once at start, to whoever asks. Global, because every room has some. */
@Module({})
export class SettingsModule {
  /** A program that needs few servers names no others, and puts together only rooms that need no more. */
  static of(settings: ReadEnvironment, clock: Clock = SYSTEM_CLOCK): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: CLOCK, useValue: clock },
        { provide: WORKER_ID, useFactory: () => randomUUID() },
      ],
      exports: [SETTINGS, CLOCK, WORKER_ID],
    };
  }
}
