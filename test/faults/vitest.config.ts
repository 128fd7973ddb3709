import { defineConfig } from 'vitest/config';
import base from '../vitest.config.js';

// Without the projects, each of which would else run with its own files.
const { projects, ...test } = base.test!;

export default defineConfig({
  ...base,
  test: { ...test, include: ['test/faults/long-run.ts'], testTimeout: 0, hookTimeout: 120_000, globalSetup: [] },
});
