import { defineConfig } from 'vitest/config';

/** The rules and their tests only: mutation testing runs the tests beside `src/domain` some thousand times. */
export default defineConfig({
  test: {
    include: ['src/domain/**/*.spec.ts'],
    setupFiles: ['test/support/setup-seed.ts'],
  },
});
