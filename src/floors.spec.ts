import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Floors {
  forbidden: IForbiddenRuleType[];
  options: Record<string, unknown>;
}

const project = join(__dirname, '..');
const floors = createRequire(__filename)(join(project, '.dependency-cruiser.cjs')) as Floors;

/** Rule, the file that breaks it, and what that file imports: a file of the tree or a package. */
const BREACHES: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['look-only-down-from-domain', 'src/domain/a.ts', 'src/config/env.ts'],
  ['look-only-down-from-config', 'src/config/a.ts', 'src/observability/index.ts'],
  ['look-only-down-from-embedded', 'src/embedded/a.ts', 'src/jobs/index.ts'],
  ['look-only-down-from-observability', 'src/observability/a.ts', 'src/http/index.ts'],
  ['look-only-down-from-database', 'src/database/a.ts', 'src/verifications/index.ts'],
  ['look-only-down-from-mvs-trembita', 'src/mvs-trembita/a.ts', 'src/jobs/index.ts'],
  ['look-only-down-from-graphql', 'src/graphql/a.ts', 'src/unzr-info/index.ts'],
  ['look-only-down-from-jobs', 'src/jobs/a.ts', 'src/mvs-trembita/index.ts'],
  ['look-only-down-from-signed-content', 'src/signed-content/a.ts', 'src/jobs/index.ts'],
  ['look-only-down-from-media-storage', 'src/media-storage/a.ts', 'src/mithril/index.ts'],
  ['look-only-down-from-mithril', 'src/mithril/a.ts', 'src/persons/index.ts'],
  ['look-only-down-from-http', 'src/http/a.ts', 'src/jobs/index.ts'],
  ['look-only-down-from-dms-passport', 'src/dms-passport/a.ts', 'src/unzr-info/index.ts'],
  ['look-only-down-from-mvs-passport', 'src/mvs-passport/a.ts', 'src/dms-passport/index.ts'],
  ['look-only-down-from-unzr', 'src/unzr/a.ts', 'src/verifications/index.ts'],
  ['look-only-down-from-unzr-info', 'src/unzr-info/a.ts', 'src/verifications/index.ts'],
  ['look-only-down-from-confidant-relationships', 'src/confidant-relationships/a.ts', 'src/persons/index.ts'],
  ['look-only-down-from-verifications', 'src/verifications/a.ts', 'src/persons/index.ts'],
  ['look-only-down-from-persons', 'src/persons/a.ts', 'src/app.module.ts'],
  ['look-only-down-from-commands', 'src/commands/a.ts', 'src/main.ts'],
  ['through-the-door', 'src/persons/b.ts', 'src/verifications/run.ts'],
  ['through-the-door-from-the-roof', 'src/worker.ts', 'src/verifications/run.ts'],
  ['the-law-book-is-pure', 'src/domain/b.ts', '@nestjs/common'],
  ['the-law-book-is-pure', 'src/dms-passport/answers.table.ts', 'node:fs'],
  ['the-law-book-is-pure', 'src/persons/sign-up.rules.ts', 'typeorm'],
  ['typeorm-stays-with-the-data', 'src/persons/register-person.ts', 'typeorm'],
  ['typeorm-itself-not-in-modules', 'src/persons/persons.module.ts', 'typeorm'],
  ['queues-and-timetables-stay-in-jobs', 'src/verifications/ring.ts', 'bull'],
  ['queues-and-timetables-stay-in-jobs', 'src/verifications/beat.ts', '@nestjs/schedule'],
  ['soap-stays-in-mvs-trembita', 'src/dms-passport/ask.ts', 'undici'],
  ['soap-stays-in-mvs-trembita', 'src/unzr-info/read.ts', 'saxes'],
  ['signatures-stay-in-signed-content', 'src/persons/sign.ts', 'pkijs'],
  ['apollo-stays-in-graphql', 'src/persons/ask.ts', '@apollo/server'],
  ['stores-stay-in-media-storage', 'src/persons/store.ts', 'minio'],
  ['registers-do-not-know-persons', 'src/database/mimir/a.entity.ts', 'src/database/mpi/b.entity.ts'],
  ['embedded-servers-are-not-the-program', 'src/persons/c.ts', 'src/embedded/index.ts'],
  ['the-sandbox-is-not-the-program', 'src/mvs-trembita/b.ts', 'src/mvs-trembita/sandbox/index.ts'],
  [
    'the-test-authority-is-not-the-program',
    'src/signed-content/b.ts',
    'src/signed-content/test-authority/index.ts',
  ],
  ['proofs-stay-outside', 'src/persons/d.ts', 'test/support/index.ts'],
  ['migrations-stand-alone', 'migrations/1-create.ts', 'src/domain/refusal.ts'],
  ['only-the-database-room-migrates', 'src/persons/e.ts', 'migrations/index.ts'],
  ['no-circles', 'src/persons/round.ts', 'src/persons/round-back.ts'],
  ['nothing-missing', 'src/persons/lost.ts', 'src/persons/nowhere.ts'],
];

/** What must stay allowed, lest a rule grow too wide unseen. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  ['src/persons/f.ts', 'src/verifications/index.ts'],
  ['src/persons/g.ts', 'src/database/mpi/b.entity.ts'],
  ['src/persons/h.ts', 'src/domain/refusal.ts'],
  ['src/persons/person.repository.ts', 'typeorm'],
  ['src/persons/more.module.ts', '@nestjs/typeorm'],
  ['src/jobs/b.ts', 'bull'],
  ['src/graphql/b.ts', '@apollo/server'],
  ['src/unzr-info/a.resolver.ts', '@nestjs/graphql'],
  ['src/jobs/jobs.controller.ts', 'src/http/index.ts'],
  ['src/mvs-trembita/c.ts', 'saxes'],
  ['src/domain/c.ts', 'temporal-polyfill'],
  ['src/domain/d.ts', 'fastest-levenshtein'],
  ['src/config/b.ts', 'src/domain/refusal.ts'],
  ['src/commands/sign.ts', 'src/signed-content/test-authority/index.ts'],
  ['src/commands/sandbox.ts', 'src/mvs-trembita/sandbox/index.ts'],
  ['src/commands/demo.ts', 'src/embedded/index.ts'],
  ['src/database/data-source.ts', 'migrations/index.ts'],
];

/** Files that are only imported. `round-back` closes the circle; `nowhere` is left out on purpose. */
const TARGETS = [...BREACHES.map(([, , to]) => to), ...ALLOWED.map(([, to]) => to)].filter(
  (to) => to.endsWith('.ts') && !to.endsWith('nowhere.ts'),
);

const tree = mkdtempSync(join(tmpdir(), 'floors-'));
let result: ICruiseResult;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content);
}

function importOf(from: string, to: string): string {
  const path = to.endsWith('.ts') ? relative(dirname(from), to).replace(/\.ts$/, '') : to;
  return `import '${path.startsWith('.') || !to.endsWith('.ts') ? path : `./${path}`}';\n`;
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
  const { tsConfig: _, ...options } = floors.options;
  const output = await cruise(['src', 'migrations', 'test'], {
    ...options,
    baseDir: tree,
    validate: true,
    ruleSet: { forbidden: floors.forbidden },
  });
  result = output.output as ICruiseResult;
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('The floors of the house', () => {
  it.each(BREACHES)('%s: %s may not import %s', (rule, from) => {
    expect(found(rule, from)).toBe(true);
  });

  it.each(ALLOWED)('%s may import %s', (from) => {
    expect(result.summary.violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  it('have a proof for each rule, and a reason', () => {
    const proven = new Set(BREACHES.map(([rule]) => rule));
    expect(floors.forbidden.map(({ name }) => name).filter((name) => !proven.has(name ?? ''))).toEqual([]);
    for (const { comment } of floors.forbidden) expect(comment).toMatch(/^[A-Z\w].{20,}\.$/);
  });
});
