import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const build = fileURLToPath(new URL('../../../src/build.js', import.meta.url));

/** Builds Medspil into dist/. Standard output is left to the figures. */
export function buildServer() {
  execFileSync(process.execPath, [build], { stdio: ['ignore', 2, 'inherit'] });
}
