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

/** Tests that need PostgreSQL and Redis; both are started once for all of them. */
function withServers(name: string, testTimeoutMs: number): TestProjectInlineConfiguration {
  return {
    plugins: [compiledThreads, withDecorators()],
    test: {
      name,
      include: [`test/${name}/**/*.spec.ts`],
      setupFiles: ['test/support/setup-seed.ts', 'test/support/setup-openapi-check.ts'],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: testTimeoutMs,
      hookTimeout: 60_000,
    },
  };
}

export default defineConfig({
  test: {
    // Every file gets a program of its own: servers, timers and signals of one cannot touch another.
    pool: 'forks',
    // The machines this runs on have two cores, and PostgreSQL wants some of them too.
    maxWorkers: 2,
    projects: [
      {
        plugins: [withDecorators()],
        test: {
          name: 'unit',
          testTimeout: 20_000,
          include: [
            'src/**/*.spec.ts',
            'tools/**/*.spec.ts',
            'bench/**/*.spec.ts',
            'test/drills/**/*.spec.ts',
            'test/*.spec.ts',
          ],
          setupFiles: ['test/support/setup-seed.ts'],
        },
      },
      withServers('integration', 30_000),
      withServers('e2e', 60_000),
      withServers('interleavings', 60_000),
      withServers('browser', 60_000),
    ],
  },
});
