import { Test } from '@nestjs/testing';
import { type Clock, CLOCK, SETTINGS, SettingsModule, SYSTEM_CLOCK } from '../../src/config/settings.module';
import type { Settings } from '../../src/config/settings.schema';
import { Refusal } from '../../src/domain/refusal';
import { Log, Metrics, NestLog, ObservabilityModule } from '../../src/observability';
import { SignedContentModule, SignedContentService } from '../../src/signed-content';
import { RevocationService } from '../../src/signed-content/signed-content.service';

/** A program that reads signed content and asks about certificates. */
export interface StatusReader {
  readonly read: (container: Uint8Array) => Promise<string>;
  readonly revocation: RevocationService;
  readonly lines: string[];
  readonly counted: (source: string, result: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Reads signed content in a program with these settings: `accepted`, or the code of the refusal. */
export async function statusReader(
  environment: Partial<Settings>,
  clock: Clock = SYSTEM_CLOCK,
): Promise<StatusReader> {
  const lines: string[] = [];
  const settings = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    SIGNATURE_QUEUE_SIZE: 100,
    SIGNATURE_TIMEOUT_MS: 30_000,
    SIGNATURE_SECONDS_PER_MINUTE: 100_000,
    SIGNATURE_REVOCATION: 'hard',
    SIGNATURE_REVOCATION_TIMEOUT_MS: 20_000,
    SIGNATURE_REVOCATION_MAX_AGE_MINUTES: 30,
    ...environment,
  } as Settings;
  const module = await Test.createTestingModule({
    imports: [SettingsModule, ObservabilityModule, SignedContentModule],
  })
    .setLogger(new NestLog(new Log({ LOG_LEVEL: 'silent' })))
    .overrideProvider(SETTINGS)
    .useValue(settings)
    .overrideProvider(CLOCK)
    .useValue(clock)
    .overrideProvider(Log)
    .useValue(new Log(settings, { write: (line: string) => void lines.push(line) }))
    .compile();
  const app = await module.init();
  const service = app.get(SignedContentService, { strict: false });
  const metrics = app.get(Metrics, { strict: false });
  const read = (container: Uint8Array): Promise<string> =>
    service.read(container, 'nobody').then(
      () => 'accepted',
      (error: unknown) => {
        if (error instanceof Refusal) return error.code;
        throw error;
      },
    );
  const counted = async (source: string, result: string): Promise<number> => {
    const { values } = await metrics.revocationChecks.get();
    return values.find(({ labels }) => labels.source === source && labels.result === result)?.value ?? -1;
  };
  const revocation = app.get(RevocationService, { strict: false });
  return { read, revocation, lines, counted, close: () => app.close() };
}
