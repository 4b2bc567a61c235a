import type { INestApplicationContext } from '@nestjs/common';
import { VERSION } from './config/own-settings';
import type { Settings } from './config/settings.schema';
import type { ServerPlace } from './config/setting-kinds';
import type { ProgramRole } from './database/mpi/program-instance.entity';
import { JobRegistry } from './jobs';
import { Log } from './observability';

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'postgres:': '5432',
  'postgresql:': '5432',
  'redis:': '6379',
  'rediss:': '6379',
  'http:': '80',
  'https:': '443',
};

/** One line at the start: which version with which servers and schedules. It has no user, password or path. */
export function reportStart(app: INestApplicationContext, settings: Settings, role: ProgramRole): void {
  const jobs = role === 'api' ? [] : app.get(JobRegistry, { strict: false }).all();
  app.get(Log, { strict: false }).info('started', {
    process: role,
    version: VERSION,
    servers: serversOf(settings),
    ...(jobs.length > 0 && {
      schedules: Object.fromEntries(jobs.map(({ name, schedule }) => [name, schedule])),
      time_zone: settings.SCHEDULE_TIME_ZONE,
    }),
  });
}

function serversOf(settings: Settings): Readonly<Record<string, string>> {
  const { DATABASE_URL, TREMBITA_URL, MEDIA_STORAGE, MEDIA_STORAGE_S3_URL } = settings;
  const servers = {
    postgresql: placeIn(DATABASE_URL),
    redis: redisPlaces(settings),
    register: placeIn(TREMBITA_URL),
    media_storage: MEDIA_STORAGE === 's3' ? placeIn(MEDIA_STORAGE_S3_URL) : undefined,
  };
  return Object.fromEntries(
    Object.entries(servers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function redisPlaces({ REDIS_URL, REDIS_SENTINELS, REDIS_CLUSTER_NODES }: Settings): string | undefined {
  const several = REDIS_SENTINELS ?? REDIS_CLUSTER_NODES;
  return several === undefined ? placeIn(REDIS_URL) : several.map(placeOf).join(',');
}

const placeOf = ({ host, port }: ServerPlace): string => `${host}:${port}`;

function placeIn(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const { protocol, hostname, port } = new URL(address);
  return `${hostname}:${port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port}`;
}
