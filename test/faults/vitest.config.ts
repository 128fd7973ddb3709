import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.js';

const config = mergeConfig(base, defineConfig({ test: { testTimeout: 0, hookTimeout: 120_000, globalSetup: [] } }));

export default { ...config, test: { ...config.test, include: ['test/faults/long-run.ts'], globalSetup: [] } };
