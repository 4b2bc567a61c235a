import { randomUUID } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import { CLOCK, SYSTEM_CLOCK } from './clock';
import type { ReadEnvironment } from './env';
import { WORKER_ID } from './worker-id';

/** Ask for it with `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = Symbol('SETTINGS');

let settingsOfProcess: ReadEnvironment | undefined;

/** Sets what `SETTINGS` is in this process. A command calls it with what it has read, before it creates the application. */
export function provideSettings(settings: ReadEnvironment): void {
  settingsOfProcess = settings;
}

function providedSettings(): ReadEnvironment {
  if (settingsOfProcess === undefined) throw new Error('No settings: call provideSettings first.');
  return settingsOfProcess;
}

/** Settings, clock and the worker's id, for every module. Tests override the providers. */
@Global()
@Module({
  providers: [
    { provide: SETTINGS, useFactory: providedSettings },
    { provide: CLOCK, useValue: SYSTEM_CLOCK },
    { provide: WORKER_ID, useFactory: () => randomUUID() },
  ],
  exports: [SETTINGS, CLOCK, WORKER_ID],
})
export class SettingsModule {}
