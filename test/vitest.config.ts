import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** They stand in for modules that others have loaded by then. */
const REPLACING_MODULES = ['test/api/compiled-parity.test.ts', 'test/api/random-operations.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: {
    // Vite would take graphql's ESM build while packages under node_modules take the CommonJS one: two realms, one error.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql/index.js') }],
  },
  // As in tsconfig.json, which says why: a class has no properties but those that it was given.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: false },
    assumptions: { setPublicClassFields: true },
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    setupFiles: ['test/helpers/setup.ts'],
    // Many tests wait for servers that start, so three are not too many for two processors.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/{api,unit,audit,faults}/**/*.test.ts'],
          exclude: REPLACING_MODULES,
          // To load all modules again for each file would take a quarter of the time.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: REPLACING_MODULES } },
    ],
    // A busy machine takes its time, and only a failure waits so long.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
