import { randomUUID } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import { CONFIG_MODULE, settingsConfig } from './own-settings';

/** Ask for it with `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = settingsConfig.KEY;

/** The present moment. Rules get it as a value; their callers ask here. */
export type Clock = () => Date;

/** Ask for it with `@Inject(CLOCK) clock: Clock`. A test sets it to a birthday. */
export const CLOCK = Symbol('CLOCK');

export const SYSTEM_CLOCK: Clock = () => new Date();

/**
 * Ask for it with `@Inject(WORKER_ID) worker: string`: a UUID of this process, new at every start. It owns the claims,
 * runs and register permits of the process.
 */
export const WORKER_ID = Symbol('WORKER_ID');

/** Settings, clock and the worker's id, for every module. Tests override the providers. */
@Global()
@Module({
  imports: [CONFIG_MODULE],
  providers: [
    { provide: CLOCK, useValue: SYSTEM_CLOCK },
    { provide: WORKER_ID, useFactory: () => randomUUID() },
  ],
  exports: [CLOCK, WORKER_ID],
})
export class SettingsModule {}
