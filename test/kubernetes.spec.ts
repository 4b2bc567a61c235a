import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readSettings } from '../src/config/read-settings';
import { ENVIRONMENT, type Program } from '../src/config/settings.schema';
import { HealthController, MetricsController } from '../src/http/monitoring.controller';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly timeoutSeconds?: number;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string } };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Pod {
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

interface Resource {
  readonly kind: string;
  readonly metadata: Labelled & { readonly name: string };
  readonly spec: {
    readonly selector: Readonly<Record<string, unknown>>;
    readonly template: { readonly metadata: Labelled; readonly spec: Pod };
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
  };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly literals?: readonly string[] }[];
}

const PROJECT = join(__dirname, '..');
const BASE = 'deploy/kubernetes/base';
const EXAMPLE = 'deploy/kubernetes/example';
const COMPONENT = 'app.kubernetes.io/component';

const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const kustomization = (folder: string): Kustomization =>
  parse(read(`${folder}/kustomization.yaml`)) as Kustomization;
const pairsIn = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

const RESOURCES = kustomization(BASE).resources.flatMap((file) =>
  parseAllDocuments(read(`${BASE}/${file}`)).map((document) => document.toJS() as Resource),
);
const ofKind = (kind: string): Resource[] => RESOURCES.filter((resource) => resource.kind === kind);
const componentOf = ({ metadata }: Resource): string | undefined => metadata.labels[COMPONENT];

const WORKLOADS = [...ofKind('Deployment'), ...ofKind('Job')].map((resource) => {
  const { metadata, spec } = resource.spec.template;
  return { name: resource.metadata.name, labels: metadata.labels, pod: spec, container: spec.containers[0] };
});
const SERVING = WORKLOADS.filter(({ container }) => container.ports !== undefined);

const SETTINGS_FILE = pairsIn(
  read(`${BASE}/settings.env`)
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line)),
);
const LITERALS = pairsIn(kustomization(EXAMPLE).configMapGenerator.flatMap(({ literals = [] }) => literals));

/** What the secrets must hold, as docs/operating.md says. */
const SECRETS = {
  DATABASE_URL: 'postgres://verification@postgres.example.org:5432/ehealth',
  REDIS_URL: 'rediss://redis.example.org:6379',
  PIS_SESSION_SECRET: 'a-secret-of-forty-symbols-made-for-a-test',
  MEDIA_STORAGE_S3_ACCESS_KEY: 'the-name-of-the-key',
  MEDIA_STORAGE_S3_SECRET_KEY: 'the key that belongs to it',
};

const PROGRAMS: Readonly<Record<string, Program>> = {
  'dist/src/main.js': 'http',
  'dist/src/worker.js': 'worker',
  'dist/src/cli/migrate.js': 'migrate',
};

const programOf = ({ command }: Container): Program => PROGRAMS[command.at(-1) ?? ''] ?? 'demo';

/** Variables that the image sets. */
const [, IMAGE_LINE = ''] = /^ENV (.+)$/m.exec(read('Dockerfile')) ?? [];
const IMAGE = pairsIn(IMAGE_LINE.split(' '));

/** The environment of a container of the example installation. */
function environmentOf({ env = [], envFrom = [] }: Container): Record<string, string> {
  const secrets = Object.entries(SECRETS);
  const named = secrets.filter(([name]) => env.some((each) => each.name === name));
  return {
    ...IMAGE,
    ...(envFrom.some(({ configMapRef }) => configMapRef !== undefined)
      ? { ...SETTINGS_FILE, ...LITERALS }
      : {}),
    ...Object.fromEntries(envFrom.some(({ secretRef }) => secretRef !== undefined) ? secrets : named),
  };
}

/** The paths that a controller answers to GET. */
function pathsOf(controller: { readonly prototype: object }): string[] {
  const pathIn = (of: object): string => Reflect.getMetadata('path', of) as string;
  return Object.values(Object.getOwnPropertyDescriptors(controller.prototype))
    .map(({ value }) => value as object)
    .filter((method) => method !== controller)
    .filter((method) => Reflect.hasMetadata('path', method))
    .map((method) => `/${pathIn(controller)}/${pathIn(method)}`.replace(/\/+$/, ''));
}

describe('The manifests for Kubernetes', () => {
  it('are the API, the workers and the migration, and every file is used', () => {
    expect(WORKLOADS.map(({ container }) => container.name)).toEqual(['api', 'worker', 'migrate']);
    const files = readdirSync(join(PROJECT, BASE)).filter((file) => file.endsWith('.yaml'));
    expect([...kustomization(BASE).resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
  });

  it.each(WORKLOADS)('$name starts a script of the project', ({ container }) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(Object.values(scripts)).toContain(`exec ${container.command.join(' ')}`);
  });

  it.each(WORKLOADS)('$name starts with the settings of the example and the secrets', ({ container }) => {
    const environment = environmentOf(container);
    expect(Object.keys(environment).filter((name) => !(name in ENVIRONMENT.shape))).toEqual([]);
    expect(() => readSettings(environment, programOf(container))).not.toThrow();
  });

  it('have no secret in them, and set nothing in two places', () => {
    expect(ofKind('Secret')).toEqual([]);
    const open = [...Object.keys(SETTINGS_FILE), ...Object.keys(LITERALS)];
    expect(open.filter((name) => name in SECRETS || /PASSWORD|SECRET|_KEY$/.test(name))).toEqual([]);
    expect(new Set(open).size).toBe(open.length);
    expect(
      WORKLOADS.flatMap(({ container }) => container.env ?? []).filter((each) => 'value' in each),
    ).toEqual([]);
  });

  it.each(SERVING)('$name opens the ports that the program listens on', ({ container }) => {
    const settings = readSettings(environmentOf(container), programOf(container));
    const internal =
      programOf(container) === 'worker' ? settings.WORKER_INTERNAL_PORT : settings.INTERNAL_PORT;
    const expected =
      programOf(container) === 'worker' ? { internal } : { http: settings.HTTP_PORT, internal };
    const ports = Object.fromEntries(container.ports?.map((port) => [port.name, port.containerPort]) ?? []);
    expect(ports).toEqual(expected);
    expect([settings.HTTP_HOST, settings.INTERNAL_HOST]).toEqual(['0.0.0.0', '0.0.0.0']);
    const [, exposed = ''] = /^EXPOSE (.+)$/m.exec(read('Dockerfile')) ?? [];
    expect(exposed.split(' ')).toEqual(expect.arrayContaining(Object.values(ports).map(String)));
  });

  it.each(SERVING)('$name is probed at calls that exist, on the internal port', ({ container }) => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const probes = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
    expect(probes.map((probe) => probe?.path)).toEqual(['/health/live', '/health/live', '/health/ready']);
    expect(pathsOf(HealthController)).toEqual(expect.arrayContaining(probes.map((probe) => probe?.path)));
    expect(new Set(probes.map((probe) => probe?.port))).toEqual(new Set(['internal']));
    // The program asks its servers for two seconds.
    expect(readinessProbe?.timeoutSeconds).toBeGreaterThan(2);
  });

  it.each(SERVING)('$name waits longer for an ordered stop than the program takes', ({ pod, container }) => {
    const { SHUTDOWN_GRACE_SECONDS: grace } = readSettings(environmentOf(container), programOf(container));
    const [, pause = '0'] = container.lifecycle?.preStop.exec.command ?? [];
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(pause) + grace + 5);
  });

  it.each(WORKLOADS)('$name has no rights that it does not need', ({ pod, container }) => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.requests).toMatchObject({ cpu: expect.anything(), memory: expect.anything() });
    expect(container.resources.limits.memory).toMatch(/^\d+[GM]i$/);
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain('/tmp');
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
  });

  it('have Services whose ports the pods behind them open', () => {
    const services = ofKind('Service');
    expect(services.map(({ metadata }) => metadata.name)).toEqual([
      'person-verification',
      'person-verification-api-internal',
      'person-verification-worker-internal',
    ]);
    for (const { metadata, spec } of services) {
      const behind = SERVING.filter(({ labels }) => labels[COMPONENT] === spec.selector[COMPONENT]);
      expect(behind, metadata.name).toHaveLength(1);
      const open = behind.flatMap(({ container }) => container.ports?.map(({ name }) => name) ?? []);
      expect(open, metadata.name).toEqual(expect.arrayContaining(spec.ports.map((port) => port.targetPort)));
    }
  });

  it('keep one of each kind of process during maintenance of nodes', () => {
    expect(ofKind('PodDisruptionBudget').map(componentOf)).toEqual(ofKind('Deployment').map(componentOf));
  });

  it('let Prometheus scrape the metrics under the job that the alerts expect', () => {
    const monitor = parse(read('deploy/kubernetes/service-monitor/service-monitor.yaml')) as {
      spec: { jobLabel: string; endpoints: { port: string; path: string }[] };
    };
    expect(monitor.spec.endpoints.map(({ path }) => path)).toEqual(pathsOf(MetricsController));
    expect(monitor.spec.endpoints.map(({ port }) => port)).toEqual(['internal']);
    const { labels } = parse(read(`${BASE}/kustomization.yaml`)) as {
      labels: [{ pairs: Record<string, string> }];
    };
    expect(read('docs/alerts.yml')).toContain(`up{job="${labels[0].pairs[monitor.spec.jobLabel]}"}`);
  });
});

/** Beside the checks above, which need no tool. */
const KUSTOMIZE = spawnSync('kubectl', ['kustomize', EXAMPLE], { cwd: PROJECT, encoding: 'utf8' });

describe.skipIf(KUSTOMIZE.error !== undefined)('The example, as kubectl builds it', () => {
  it('has the image of the overlay, and refers only to settings and secrets that are named', () => {
    expect(KUSTOMIZE.stderr).toBe('');
    const built = parseAllDocuments(KUSTOMIZE.stdout).map((document) => document.toJS() as Resource);
    const settings = built.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    expect(settings).toEqual([expect.stringMatching(/^person-verification-settings-\w{10}$/)]);
    const containers = built
      .filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
      .map(({ spec }) => spec.template.spec.containers[0]);
    expect(containers).toHaveLength(3);
    for (const { image, envFrom = [] } of containers) {
      expect(image).toBe('registry.example.org/person-verification:0.2.0');
      const maps = envFrom.flatMap(({ configMapRef }) =>
        configMapRef === undefined ? [] : [configMapRef.name],
      );
      expect(maps).toEqual(maps.length === 0 ? [] : settings);
    }
  });
});
