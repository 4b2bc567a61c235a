import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Layers {
  readonly forbidden: IForbiddenRuleType[];
  readonly options: Record<string, unknown>;
}

const project = join(__dirname, '..');
const layers = createRequire(__filename)(join(project, '.dependency-cruiser.cjs')) as Layers;

/** Rule, the file that breaks it, and what that file imports: a file of the tree or a package. */
const BREACHES: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['import-downwards-from-domain', 'src/domain/a.ts', 'src/config/settings.ts'],
  ['import-downwards-from-config', 'src/config/a.ts', 'src/observability/index.ts'],
  ['import-downwards-from-observability', 'src/observability/a.ts', 'src/http/index.ts'],
  ['import-downwards-from-database', 'src/database/a.ts', 'src/verifications/index.ts'],
  ['import-downwards-from-http', 'src/http/a.ts', 'src/jobs/index.ts'],
  ['import-downwards-from-graphql', 'src/graphql/a.ts', 'src/unzr-info/index.ts'],
  ['import-downwards-from-mvs-trembita', 'src/mvs-trembita/a.ts', 'src/jobs/index.ts'],
  ['import-downwards-from-jobs', 'src/jobs/a.ts', 'src/mvs-trembita/index.ts'],
  ['import-downwards-from-signed-content', 'src/signed-content/a.ts', 'src/jobs/index.ts'],
  ['import-downwards-from-media-storage', 'src/media-storage/a.ts', 'src/mithril/index.ts'],
  ['import-downwards-from-mithril', 'src/mithril/a.ts', 'src/persons/index.ts'],
  ['import-downwards-from-dms-passport', 'src/dms-passport/a.ts', 'src/unzr-info/index.ts'],
  ['import-downwards-from-mvs-passport', 'src/mvs-passport/a.ts', 'src/dms-passport/index.ts'],
  ['import-downwards-from-unzr', 'src/unzr/a.ts', 'src/verifications/index.ts'],
  ['import-downwards-from-unzr-info', 'src/unzr-info/a.ts', 'src/verifications/index.ts'],
  [
    'import-downwards-from-confidant-relationships',
    'src/confidant-relationships/a.ts',
    'src/persons/index.ts',
  ],
  ['import-downwards-from-verifications', 'src/verifications/a.ts', 'src/persons/index.ts'],
  ['import-downwards-from-persons', 'src/persons/a.ts', 'src/app.module.ts'],
  ['import-downwards-from-cli', 'src/cli/a.ts', 'src/main.ts'],
  ['import-the-public-api', 'src/persons/b.ts', 'src/verifications/run.ts'],
  ['import-the-public-api-from-the-root', 'src/worker.ts', 'src/verifications/run.ts'],
  ['domain-is-pure', 'src/domain/b.ts', '@nestjs/common'],
  ['domain-is-pure', 'src/dms-passport/answers.table.ts', 'node:fs'],
  ['domain-is-pure', 'src/persons/sign-up.rules.ts', 'typeorm'],
  ['typeorm-in-repositories', 'src/persons/registration.service.ts', 'typeorm'],
  ['typeorm-itself-not-in-modules', 'src/persons/persons.module.ts', 'typeorm'],
  ['queues-in-jobs-and-processors', 'src/verifications/wake-up.ts', 'bull'],
  ['queues-in-jobs-and-processors', 'src/verifications/schedule.ts', '@nestjs/schedule'],
  ['soap-in-mvs-trembita', 'src/dms-passport/ask.ts', 'undici'],
  ['soap-in-mvs-trembita', 'src/unzr-info/read.ts', 'saxes'],
  ['signatures-in-signed-content', 'src/persons/sign.ts', 'pkijs'],
  ['apollo-in-graphql', 'src/persons/ask.ts', '@apollo/server'],
  ['object-stores-in-media-storage', 'src/persons/store.ts', 'minio'],
  ['registers-do-not-know-persons', 'src/database/mimir/a.entity.ts', 'src/database/mpi/b.entity.ts'],
  ['src-is-the-service', 'src/persons/c.ts', 'tools/embedded/index.ts'],
  ['src-is-the-service', 'src/mvs-trembita/b.ts', 'tools/sandbox/index.ts'],
  ['src-is-the-service', 'src/signed-content/b.ts', 'tools/test-authority/index.ts'],
  ['src-is-the-service', 'src/persons/d.ts', 'test/support/index.ts'],
  ['src-is-the-service', 'src/jobs/c.ts', 'bench/report.ts'],
  ['migrations-stand-alone', 'migrations/1-create.ts', 'src/domain/refusal.ts'],
  ['only-database-migrates', 'src/persons/e.ts', 'migrations/index.ts'],
  ['no-circular-imports', 'src/persons/round.ts', 'src/persons/round-back.ts'],
  ['no-missing-imports', 'src/persons/lost.ts', 'src/persons/nowhere.ts'],
];

/** Imports that must stay allowed, so that no rule grows too wide unnoticed. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  ['src/persons/f.ts', 'src/verifications/index.ts'],
  ['src/persons/g.ts', 'src/database/mpi/b.entity.ts'],
  ['src/persons/h.ts', 'src/domain/refusal.ts'],
  ['src/persons/person.repository.ts', 'typeorm'],
  ['src/persons/more.module.ts', '@nestjs/typeorm'],
  ['src/jobs/b.ts', 'bull'],
  ['src/verifications/dms-passport.processor.ts', '@nestjs/bull'],
  ['src/graphql/b.ts', '@apollo/server'],
  ['src/unzr-info/a.resolver.ts', '@nestjs/graphql'],
  ['src/jobs/jobs.controller.ts', 'src/http/index.ts'],
  ['src/mvs-trembita/c.ts', 'saxes'],
  ['src/domain/c.ts', 'temporal-polyfill'],
  ['src/domain/d.ts', 'fastest-levenshtein'],
  ['src/config/b.ts', 'src/domain/refusal.ts'],
  ['src/cli/job.ts', 'src/app.module.ts'],
  ['src/database/data-source.ts', 'migrations/index.ts'],
  ['tools/sign.ts', 'tools/test-authority/index.ts'],
  ['tools/demo/main.ts', 'tools/embedded/index.ts'],
  ['test/support/c.ts', 'src/persons/b.ts'],
];

/** Files that are only imported. `round-back` closes the circle; `nowhere` is left out on purpose. */
const TARGETS = [...BREACHES.map(([, , to]) => to), ...ALLOWED.map(([, to]) => to)].filter(
  (to) => to.endsWith('.ts') && !to.endsWith('nowhere.ts'),
);

const tree = mkdtempSync(join(tmpdir(), 'layers-'));
let result: ICruiseResult;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content);
}

function importOf(from: string, to: string): string {
  if (!to.endsWith('.ts')) return `import '${to}';\n`;
  const path = relative(dirname(from), to).replace(/\.ts$/, '');
  return `import '${path.startsWith('.') ? path : `./${path}`}';\n`;
}

/** A circle is reported at one of its files, whichever was met first. */
const found = (rule: string, file: string): boolean =>
  result.summary.violations.some(({ rule: { name }, from, cycle = [] }) => {
    const files = [from, ...cycle.map((step) => step.name)];
    return name === rule && files.includes(file);
  });

beforeAll(async () => {
  for (const target of TARGETS) write(target, 'export {};\n');
  write('src/persons/round-back.ts', importOf('src/persons/round-back.ts', 'src/persons/round.ts'));
  for (const [, from, to] of BREACHES) write(from, importOf(from, to));
  for (const [from, to] of ALLOWED) write(from, importOf(from, to));
  symlinkSync(join(project, 'node_modules'), join(tree, 'node_modules'));
  const { tsConfig: _, ...options } = layers.options;
  const output = await cruise(['src', 'tools', 'migrations', 'test', 'bench'], {
    ...options,
    baseDir: tree,
    validate: true,
    ruleSet: { forbidden: layers.forbidden },
  });
  result = output.output as ICruiseResult;
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('The rules of the layers', () => {
  it.each(BREACHES)('%s: %s may not import %s', (rule, from) => {
    expect(found(rule, from)).toBe(true);
  });

  it.each(ALLOWED)('%s may import %s', (from) => {
    expect(result.summary.violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  it('have a breach for each of them, and a reason', () => {
    const proven = new Set(BREACHES.map(([rule]) => rule));
    expect(layers.forbidden.map(({ name }) => name).filter((name) => !proven.has(name ?? ''))).toEqual([]);
    for (const { comment } of layers.forbidden) expect(comment).toMatch(/^[A-Z\w].{20,}\.$/);
  });
});
