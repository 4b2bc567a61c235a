import { join } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Nest finds what to inject in the types that decorators record, and of the compilers only this one keeps them. */
const withDecorators = () => swc.vite({ module: { type: 'es6' } });

/** Tests run the service from source, but a thread of it is plain Node, so it starts from the compiled file. */
const compiledThreads = {
  name: 'compiled-threads',
  enforce: 'pre' as const,
  transform: (code: string, id: string): string | undefined =>
    id.includes('/src/signed-content/') && code.includes('.thread.js')
      ? code.replace('__dirname', JSON.stringify(join(import.meta.dirname, 'dist/src/signed-content')))
      : undefined,
};

/** Files that measure the memory of their process, or replace modules of it. */
const ALONE = {
  unit: [
    'src/jobs/job.scheduler.spec.ts',
    'src/signed-content/large-containers.spec.ts',
    'test/container-fuzz.spec.ts',
  ],
  integration: ['test/integration/trembita-hostile-registers.spec.ts'],
  e2e: ['test/e2e/jobs-hostile-registers.spec.ts', 'test/e2e/sign-up-large-bodies.spec.ts'],
};

/**
 * Loading the program takes longer than most files of tests do, so the files of a project share a process, and its modules,
 * with those before them: what a file starts, it stops. Those in `ALONE` get a process each.
 */
function inSharedProcess(name: keyof typeof ALONE, project: TestProjectInlineConfiguration) {
  const [{ test, ...more }, files] = [project, ALONE[name]];
  return [
    { ...more, test: { ...test, name, isolate: false, exclude: files } },
    { ...more, test: { ...test, name: `${name}-alone`, include: files } },
  ];
}

/** Several times as long as the slowest tests take: a limit ends what hangs, and says nothing about how fast the program is. */
const HANGS_MS = 300_000;

const PATIENT = {
  testTimeout: HANGS_MS,
  hookTimeout: HANGS_MS,
  expect: { poll: { timeout: HANGS_MS / 10 } },
};

/** Tests that need PostgreSQL and Redis; both are started once for all of them. */
function withServers(name: string): TestProjectInlineConfiguration {
  return {
    plugins: [compiledThreads, withDecorators()],
    test: {
      name,
      include: [`test/${name}/**/*.spec.ts`],
      setupFiles: ['test/support/setup-seed.ts', 'test/support/setup-openapi-check.ts'],
      globalSetup: ['test/support/global-setup.ts'],
      ...PATIENT,
    },
  };
}

export default defineConfig({
  test: {
    pool: 'forks',
    // The machines this runs on have two cores, and PostgreSQL wants some of them too.
    maxWorkers: 2,
    // PostgreSQL stops within it, however busy the machine is.
    teardownTimeout: 60_000,
    projects: [
      ...inSharedProcess('unit', {
        plugins: [withDecorators()],
        test: {
          ...PATIENT,
          include: [
            'src/**/*.spec.ts',
            'tools/**/*.spec.ts',
            'bench/**/*.spec.ts',
            'test/drills/**/*.spec.ts',
            'test/*.spec.ts',
          ],
          setupFiles: ['test/support/setup-seed.ts'],
        },
      }),
      ...inSharedProcess('integration', withServers('integration')),
      ...inSharedProcess('e2e', withServers('e2e')),
      withServers('interleavings'),
      withServers('browser'),
    ],
  },
});
