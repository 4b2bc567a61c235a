import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT, type Program } from '../src/config/settings.schema';
import { readSettings } from '../src/config/read-settings';

const PROJECT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, first]) => first ?? '');

const SETTINGS = Object.keys(ENVIRONMENT.shape);
const SCRIPTS = Object.values(
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
).map((script) => script.replace(/^exec /, ''));

/** What looks like a setting of ours: a status, and settings of Node and of OpenTelemetry's exporter. */
const OTHER_NAMES = [
  'IN_REVIEW',
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_CERTIFICATE',
];

describe('docs/operating.md', () => {
  it('names only existing settings', () => {
    const named = matches(read('docs/operating.md'), /`([A-Z][A-Z0-9]*_[A-Z0-9_]+\*?)[^`]*`/g);
    const isThere = (name: string): boolean =>
      name.endsWith('*') || name.endsWith('_')
        ? SETTINGS.some((setting) => setting.startsWith(name.replace(/\*$/, '')))
        : SETTINGS.includes(name);
    expect(named.filter((name) => !isThere(name) && !OTHER_NAMES.includes(name))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const fromHere = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );

  it('copies only files that exist and that .dockerignore admits', () => {
    expect(fromHere).toContain('src');
    for (const file of fromHere) {
      expect(existsSync(join(PROJECT, file)), file).toBe(true);
      expect(read('.dockerignore').split('\n'), file).toContain(`!${file}`);
    }
  });

  it('sets only settings of the program, and no secret', () => {
    const [, line = ''] = /^ENV (.+)$/m.exec(text) ?? [];
    const names = matches(line, /([A-Z0-9_]+)=/g);
    expect(names).toContain('NODE_ENV');
    expect(names.filter((name) => !SETTINGS.includes(name) || /SECRET|PASSWORD|KEY|URL/.test(name))).toEqual(
      [],
    );
    expect(text).not.toMatch(/^ARG/m);
  });

  it('starts a script of the project in the exec form, as an unprivileged user', () => {
    const [, command = '[]'] = /^CMD (\[.+\])$/m.exec(text) ?? [];
    expect(SCRIPTS).toContain((JSON.parse(command) as string[]).join(' '));
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^HEALTHCHECK /m);
  });
});

describe('compose.yaml', () => {
  // One kind of quotes, as JSON has them.
  const text = read('compose.yaml').replaceAll(`'`, '"');
  const services = ours(text);

  it('has the program as migration, API, workers, and sandbox', () => {
    expect(services.map(({ name }) => name)).toEqual(['migrate', 'api', 'worker', 'sandbox', 'standalone']);
  });

  it.each(services)('$name starts a script of the project', ({ command }) => {
    expect(SCRIPTS).toContain(command);
  });

  it.each(services)(
    '$name sets only settings of the program, and the program starts with them',
    (service) => {
      const { environment, command } = service;
      expect(Object.keys(environment).filter((name) => !SETTINGS.includes(name))).toEqual([]);
      const [, image = ''] = /^ENV (.+)$/m.exec(read('Dockerfile')) ?? [];
      const fixed = Object.fromEntries(image.split(' ').map((pair) => pair.split('=') as [string, string]));
      const given = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, filled(value)]),
      );
      expect(() => readSettings({ ...fixed, ...given }, programOf(command))).not.toThrow();
    },
  );

  it('opens ports to this machine alone', () => {
    const ports = matches(text, /^ +- "([^"]+:\d+)"$/gm);
    expect(ports.length).toBeGreaterThan(1);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('has no password in it', () => {
    expect(matches(text, /PASSWORD: (.+)$/gm).filter((value) => !value.startsWith('${'))).toEqual([]);
    expect(matches(text, /:\/\/\w+:([^@\n]+)@/g).filter((value) => !value.startsWith('${'))).toEqual([]);
  });

  it('waits longer for an ordered stop than the program takes', () => {
    const [, seconds] = /stop_grace_period: (\d+)s/.exec(text) ?? [];
    const [, grace] = /SHUTDOWN_GRACE_SECONDS: "(\d+)"/.exec(text) ?? [];
    expect(Number(seconds)).toBeGreaterThan(Number(grace) + 5);
  });
});

interface Service {
  readonly name: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The services that are the program itself. Read line by line: it is our own file, with one indentation. */
function ours(text: string): readonly Service[] {
  const [, shared = ''] = /^x-settings: &settings\n((?: {2}.+\n)+)/m.exec(text) ?? [];
  const [, listed = ''] = /^services:\n([\s\S]+?)\n(?=\S)/m.exec(text) ?? [];
  return listed
    .split(/^(?= {2}\w+:$)/m)
    .filter((part) => part.includes('<<: *program'))
    .map((part) => {
      const [, environment = ''] = /^ {4}environment:\n((?: {6}.+\n?)+)/m.exec(part) ?? [];
      const own = environment.includes('<<: *settings') ? pairs(shared) : {};
      const [, command = '[]'] = /^ {4}command: (\[.+\])$/m.exec(part) ?? [];
      return {
        name: /^ {2}(\w+):/m.exec(part)?.[1] ?? '',
        command: (JSON.parse(command) as string[]).join(' '),
        environment: { ...own, ...pairs(environment) },
      };
    });
}

function pairs(lines: string): Record<string, string> {
  return Object.fromEntries(
    [...lines.matchAll(/^ +([A-Z0-9_]+): (.+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/^"(.*)"$/, '$1'),
    ]),
  );
}

/** As somebody who starts it would fill it in. */
const GIVEN: Readonly<Record<string, string>> = { TREMBITA_URL: 'https://trembita.example.org/' };

const filled = (value: string): string =>
  value.replace(
    /\$\{(\w+):[-?][^}]*\}/g,
    (_, name: string) => GIVEN[name] ?? 'a-secret-of-forty-symbols-made-for-a-test',
  );

function programOf(command: string): Program {
  const programs: readonly (readonly [string, Program])[] = [
    ['dist/src/main.js', 'http'],
    ['dist/src/worker.js', 'worker'],
    ['dist/src/cli/migrate.js', 'migrate'],
    ['tools/sandbox/main.ts', 'sandbox'],
  ];
  const found = programs.find(([file]) => command.includes(file));
  if (found === undefined) throw new Error('No program is started.');
  return found[1];
}
